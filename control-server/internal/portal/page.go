package portal

import (
	"embed"
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
)

//go:embed templates
var templates embed.FS

// pages is the parsed templates by language and file. Each language has its own
// set of files, so that a translator reads sentences and not keys.
type pages map[string]*template.Template

func parsePages(zone *time.Location) pages {
	all := pages{}
	for language := range consentTexts {
		layout := "Mon 2 Jan 2006, 15:04"
		if language == "de" {
			layout = "02.01.2006, 15:04 Uhr"
		}
		funcs := template.FuncMap{
			"asset": web.Asset,
			"day":   func(t time.Time) string { return t.In(zone).Format(layout) },
		}
		all[language] = template.Must(template.New(language).Funcs(funcs).ParseFS(templates,
			"templates/layout.html", "templates/"+language+"/*.html"))
	}
	return all
}

// Frame is what the layout around every page needs.
type Frame struct {
	Title    string // the event's name
	Language string
	Base     string // the path of the holder's pages
	Other    string // this page in the other language
}

// frame frames the page at here, which is below the holder's base.
func frame(c *fiber.Ctx, v Visit, here string) Frame {
	f := Frame{Title: v.Event.Name, Language: languageOf(c), Base: base(c)}
	f.Other = inLanguage(f.Base+here, map[string]string{"en": "de", "de": "en"}[f.Language])
	return f
}

func base(c *fiber.Ctx) string { return web.PortalPrefix + "/" + c.Params("token") }

// inLanguage adds the choice of a language to a path.
func inLanguage(path, language string) string {
	if strings.Contains(path, "?") {
		return path + "&lang=" + language
	}
	return path + "?lang=" + language
}

func (p *Portal) render(c *fiber.Ctx, language, file string, data any) error {
	return web.Render(c, p.pages[language], file, data)
}

func redirect(c *fiber.Ctx, here, language string) error {
	return c.Redirect(inLanguage(base(c)+here, language), fiber.StatusSeeOther)
}
