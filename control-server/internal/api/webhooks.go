package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// Webhooks sets where a platform hears of an event's admissions.
type Webhooks interface {
	// PutWebhook returns the secret that signs what is sent to address. It is
	// new with every call and is not told again.
	PutWebhook(ctx context.Context, id checkin.EventID, address, actor string) (secret string, err error)
	DeleteWebhook(ctx context.Context, id checkin.EventID, actor string) error
}

func (a *API) putWebhook(c *fiber.Ctx) error {
	var body struct {
		URL string `json:"url"`
	}
	if err := decodeBody(c, &body); err != nil {
		return err
	}
	secret, err := a.Webhooks.PutWebhook(c.UserContext(), event(c), body.URL, actor(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"event": event(c), "url": body.URL, "secret": secret})
}

func (a *API) deleteWebhook(c *fiber.Ctx) error {
	if err := a.Webhooks.DeleteWebhook(c.UserContext(), event(c), actor(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
