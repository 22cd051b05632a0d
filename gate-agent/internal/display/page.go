package display

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

//go:embed assets
var assets embed.FS

var page = template.Must(template.ParseFS(assets, "assets/page.html", "assets/symbols.html"))

// A page that hears nothing for three beats says so by itself; see display.js.
const beat = 2 * time.Second

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// screen is what the page and its fragment are rendered from.
type screen struct {
	Lane     string
	Language string
	Notice   string
	State    State
	Text     text
}

func (d *Display) screen(lang string, s State) screen {
	l := languages[lang]
	return screen{Lane: d.config.LaneName, Language: lang, Notice: l.notice, State: s, Text: l.states[s]}
}

// Lost is the screen of a page that has lost its gate agent.
func (s screen) Lost() screen {
	s.State = SeeStaff
	s.Text = languages[s.Language].states[SeeStaff]
	return s
}

func (d *Display) routes() {
	d.app.Use(func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Next()
	})
	d.app.Get("/", d.getPage)
	d.app.Get("/stream", d.getStream)
	d.app.Get("/display.css", asset("assets/display.css", "text/css; charset=utf-8"))
	d.app.Get("/display.js", asset("assets/display.js", "text/javascript; charset=utf-8"))
}

func asset(name, contentType string) fiber.Handler {
	data, err := assets.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, contentType)
		return c.Send(data)
	}
}

func (d *Display) getPage(c *fiber.Ctx) error {
	state, _ := d.current()
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "page.html", d.screen(d.language(c), state)); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(out.Bytes())
}

// language is the configured one, or the first that the browser asks for and
// that is spoken here.
func (d *Display) language(c *fiber.Ctx) string {
	if d.config.Language != "" {
		return d.config.Language
	}
	for tag := range strings.SplitSeq(c.Get(fiber.HeaderAcceptLanguage), ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if _, ok := languages[tag]; ok {
			return tag
		}
	}
	return "en"
}

// getStream sends the state that is shown now and every later one, as HTML, and
// a beat in between. A reader that is too slow for every state gets the newest.
func (d *Display) getStream(c *fiber.Ctx) error {
	lang := d.language(c)
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		for {
			state, changed := d.current()
			if err := d.sendState(w, lang, state); err != nil {
				return
			}
			for waiting := true; waiting; {
				select {
				case <-changed:
					waiting = false
				case <-ticker.C:
					if _, err := w.WriteString("event: beat\ndata:\n\n"); err != nil || w.Flush() != nil {
						return // the page is gone
					}
				case <-d.stopping:
					return
				}
			}
		}
	})
	return nil
}

func (d *Display) sendState(w *bufio.Writer, lang string, s State) error {
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "state", d.screen(lang, s)); err != nil {
		d.config.Log.Error("display cannot render a state", "state", string(s), "error", err)
		return err
	}
	fmt.Fprint(w, "event: state\n") // an error stays with w until Flush
	for line := range bytes.Lines(out.Bytes()) {
		fmt.Fprintf(w, "data: %s\n", bytes.TrimRight(line, "\n"))
	}
	fmt.Fprint(w, "\n")
	return w.Flush()
}
