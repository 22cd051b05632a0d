package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"

	"github.com/gofiber/fiber/v2"
)

const staticPrefix = "/static/"

//go:embed static
var static embed.FS

type asset struct {
	url  string
	body []byte
}

// assets maps a file's name to its content and address.
var assets = loadAssets()

func loadAssets() map[string]asset {
	files, err := static.ReadDir("static")
	if err != nil {
		panic(err) // the folder is embedded
	}
	loaded := map[string]asset{}
	for _, f := range files {
		body, err := static.ReadFile(path.Join("static", f.Name()))
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		loaded[f.Name()] = asset{staticPrefix + hex.EncodeToString(sum[:8]) + "/" + f.Name(), body}
	}
	return loaded
}

// Asset returns the address of a static file. The address changes with the
// content, so that a browser may keep a file for ever. An unknown name panics.
func Asset(name string) string {
	a, ok := assets[name]
	if !ok {
		panic(fmt.Sprintf("no static file %q", name))
	}
	return a.url
}

func serveStatic(c *fiber.Ctx) error {
	a, ok := assets[c.Params("name")]
	if !ok || a.url != c.Path() {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Type(path.Ext(c.Params("name"))[1:], "utf-8")
	return c.Send(a.body)
}
