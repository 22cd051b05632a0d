package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// maxParts bounds the work of one form; no form here has nearly as many.
const maxParts = 64

// ReadForm reads a multipart/form-data body: fields by name, and each file's
// bytes by the name of its field. Everything stays in memory, always: a photo
// must never be on a disk, not even as a temporary file, so handlers of uploads
// use this and never the framework's form parser. A file field may come once.
// Its errors are safe to show.
func ReadForm(c *fiber.Ctx) (fields map[string][]string, files map[string][]byte, err error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, nil, checkin.Invalid("content-type", "%q is not multipart/form-data with a boundary", c.Get(fiber.HeaderContentType))
	}
	// The request's own bytes: the framework's would be one more copy.
	return parseForm(c.Request().Body(), params["boundary"])
}

func parseForm(body []byte, boundary string) (fields map[string][]string, files map[string][]byte, err error) {
	fields, files = map[string][]string{}, map[string][]byte{}
	form := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, files, nil
		}
		if err != nil {
			return nil, nil, checkin.Invalid("body", "is not a whole multipart form")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, checkin.Invalid("body", "ends inside %q", part.FormName())
		}
		name := part.FormName()
		if part.FileName() == "" {
			fields[name] = append(fields[name], string(content))
			continue
		}
		if _, twice := files[name]; twice {
			return nil, nil, checkin.Invalid(name, "comes twice")
		}
		files[name] = content
	}
	return nil, nil, checkin.Invalid("body", "has more than %d parts", maxParts)
}
