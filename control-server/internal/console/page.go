package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
)

//go:embed templates
var templates embed.FS

// pages is the parsed templates: one set per page, all over the same layout and
// fragments, so that a page and its updates come from the same text.
type pages map[string]*template.Template

func parsePages(zone *time.Location) pages {
	funcs := template.FuncMap{
		"asset":   web.Asset,
		"clock":   func(t time.Time) string { return t.In(zone).Format("15:04:05") },
		"day":     func(t time.Time) string { return t.In(zone).Format("Mon 2 Jan 2006, 15:04") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"plural": func(n int, one, many string) string {
			if n == 1 {
				return one
			}
			return many
		},
	}
	all := pages{}
	for _, name := range []string{"login", "board", "events", "event", "close", "gates", "revoke"} {
		file := name + ".html"
		all[file] = template.Must(template.New(file).Funcs(funcs).ParseFS(templates,
			"templates/layout.html", "templates/fragments.html", "templates/"+file))
	}
	return all
}

// Frame is what the layout around every page needs.
type Frame struct {
	Title    string
	Nav      string // the menu's current entry
	Operator string // empty: nobody is logged in
	CSRF     string
	Live     string // the address of the page's stream, if it has one
	Now      time.Time
}

func (s *Console) frame(c *fiber.Ctx, nav, title string) Frame {
	who := sessionOf(c)
	return Frame{Title: title, Nav: nav, Operator: who.operator.Name, CSRF: who.csrf(), Now: s.Board.Snapshot().At}
}

func (p pages) render(c *fiber.Ctx, file string, data any) error {
	return web.Render(c, p[file], file, data)
}

// fragment renders one part of a page.
func (p pages) fragment(file, name string, data any) (string, error) {
	var html bytes.Buffer
	if err := p[file].ExecuteTemplate(&html, name, data); err != nil {
		return "", fmt.Errorf("render fragment %s: %w", name, err)
	}
	return html.String(), nil
}
