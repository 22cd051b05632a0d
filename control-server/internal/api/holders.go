package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

// holderBody is a push. As JSON the photo is base64; as a multipart form the
// JSON is in the field "holder" and the photo is the file "photo".
type holderBody struct {
	PlatformID string           `json:"platform_id"`
	Tickets    []checkin.Ticket `json:"tickets"`
	Consent    *checkin.Consent `json:"consent"`
	Photo      []byte           `json:"photo"`
}

func (a *API) pushHolder(c *fiber.Ctx) error {
	body, err := readHolder(c)
	defer clear(body.Photo)
	defer clear(c.Request().Body()) // the server would use this memory again some time
	if err != nil {
		return err
	}
	status, created, err := a.Holders.Push(c.UserContext(), event(c), checkin.Push(body), actor(c))
	if err != nil {
		return err
	}
	if created {
		c.Status(fiber.StatusCreated)
	}
	return c.JSON(status)
}

func readHolder(c *fiber.Ctx) (body holderBody, err error) {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return body, decodeBody(c, &body)
	}
	fields, files, err := web.ReadForm(c)
	if err != nil {
		return body, err
	}
	for name := range files {
		if name != "photo" {
			return body, checkin.Invalid(name, "is not a known file; the photo's is \"photo\"")
		}
	}
	for name := range fields {
		if name != "holder" {
			return body, checkin.Invalid(name, "is not a known field; a photo must come as a file, with a file name")
		}
	}
	if len(fields["holder"]) != 1 {
		return body, checkin.Invalid("holder", "is needed once, with the holder as JSON")
	}
	if err := decode([]byte(fields["holder"][0]), &body); err != nil {
		return body, err
	}
	if photo, ok := files["photo"]; ok {
		if len(photo) == 0 {
			return body, checkin.Invalid("photo", "is empty")
		}
		body.Photo = photo
	}
	return body, nil
}

func (a *API) getHolder(c *fiber.Ctx) error {
	status, err := a.Holders.Status(c.UserContext(), event(c), holder(c))
	if err != nil {
		return err
	}
	return c.JSON(status)
}

func (a *API) withdraw(c *fiber.Ctx) error {
	status, err := a.Holders.Withdraw(c.UserContext(), event(c), holder(c), actor(c))
	if err != nil {
		return err
	}
	return c.JSON(status)
}

func (a *API) newLink(c *fiber.Ctx) error {
	path, expires, err := a.Holders.NewLink(c.UserContext(), event(c), holder(c), actor(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"url": c.BaseURL() + path, "expires": expires})
}
