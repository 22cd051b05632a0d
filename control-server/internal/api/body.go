package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// decodeBody decodes the request's own bytes: the framework's would be one more
// copy of what may be a photo.
func decodeBody(c *fiber.Ctx, v any) error { return decode(c.Request().Body(), v) }

// decode reads JSON strictly: a misspelt field is an error that names it, never
// a silent default.
func decode(body []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return bodyError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return checkin.Invalid("body", "has bytes after the JSON object")
	}
	return nil
}

func bodyError(err error) error {
	var kind *json.UnmarshalTypeError
	var known *checkin.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &kind) && kind.Field == "":
		return checkin.Invalid("body", "is a JSON %s, want an object", kind.Value)
	case errors.As(err, &kind):
		return checkin.Invalid(kind.Field, "is a JSON %s, which does not fit", kind.Value)
	case errors.Is(err, io.EOF):
		return checkin.Invalid("body", "is empty, want a JSON object")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return checkin.Invalid(strings.Trim(field, `"`), "is not a known field")
	}
	return checkin.Invalid("body", "is not the JSON that is wanted: %v", err)
}
