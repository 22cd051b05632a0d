package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"
)

//go:embed error.html
var templates embed.FS

var errorPage = template.Must(template.New("").Funcs(template.FuncMap{"asset": Asset}).ParseFS(templates, "error.html"))

// Render answers with a page. A template that fails halfway answers with an
// error page instead of half a page.
func Render(c *fiber.Ctx, t *template.Template, name string, data any) error {
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(page.Bytes())
}
