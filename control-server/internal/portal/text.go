package portal

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// textVersion names the consent texts. A changed word is a new version: the
// record of a consent says which text was agreed to, by version and by hash.
const textVersion = "2026-11"

//go:embed consent
var consentFiles embed.FS

// consentText is one language's text. Hash is of the whole file, whose every
// word the page shows.
type consentText struct {
	Version  string
	Language string
	Hash     string // SHA-256, hex
	Title    string
	Sections []section
}

type section struct {
	Heading string
	Body    []string // paragraphs
}

var consentTexts = map[string]consentText{"en": loadText("en"), "de": loadText("de")}

// loadText reads a text: paragraphs apart by empty lines, the title after "# "
// and each heading after "## ".
func loadText(language string) consentText {
	raw, err := consentFiles.ReadFile("consent/" + textVersion + "." + language + ".txt")
	if err != nil {
		panic(err) // the files are embedded
	}
	sum := sha256.Sum256(raw)
	t := consentText{Version: textVersion, Language: language, Hash: hex.EncodeToString(sum[:])}
	for block := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n\n") {
		block = strings.Join(strings.Fields(block), " ")
		if title, ok := strings.CutPrefix(block, "# "); ok {
			t.Title = title
		} else if heading, ok := strings.CutPrefix(block, "## "); ok {
			t.Sections = append(t.Sections, section{Heading: heading})
		} else {
			last := &t.Sections[len(t.Sections)-1]
			last.Body = append(last.Body, block)
		}
	}
	return t
}

// languageOf picks a page's language: what the link says, else what the browser
// prefers, else English.
func languageOf(c *fiber.Ctx) string {
	if _, ok := consentTexts[c.Query("lang")]; ok {
		return c.Query("lang")
	}
	if c.AcceptsLanguages("en", "de") == "de" {
		return "de"
	}
	return "en"
}
