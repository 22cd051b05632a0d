// Package api is the machines' surface, /v1: ticketing platforms push holders,
// read what became of them, and close events; gates pair. It speaks JSON, and
// RFC 9457 problems that name the field.
package api

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Keys tells whose API key a secret is.
type Keys interface {
	CheckKey(ctx context.Context, secret string) (name string, err error)
}

// Events creates, reads and closes events.
type Events interface {
	CreateEvent(ctx context.Context, e checkin.Event, actor string) (checkin.Event, error)
	Event(ctx context.Context, id checkin.EventID) (checkin.Event, error)
	Events(ctx context.Context) ([]checkin.Event, error)
	Books(ctx context.Context, id checkin.EventID) (Books, error)
	Admissions(ctx context.Context, id checkin.EventID, after int64, limit int) ([]Admission, error)
	CloseEvent(ctx context.Context, id checkin.EventID, actor string) error
	Purge(ctx context.Context, id checkin.EventID) (Purge, error)
}

// Holders takes holders in and lets them go.
type Holders interface {
	Push(ctx context.Context, event checkin.EventID, p checkin.Push, actor string) (s checkin.HolderStatus, created bool, err error)
	Status(ctx context.Context, event checkin.EventID, id checkin.HolderID) (checkin.HolderStatus, error)
	Withdraw(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (checkin.HolderStatus, error)
	// NewLink makes the personal link by which the holder reaches the portal.
	NewLink(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (path string, expires time.Time, err error)
}

// Gates pairs gates and tells how they are.
type Gates interface {
	// AddGate makes a gate that waits to be paired with the one-time code.
	AddGate(ctx context.Context, name string, event checkin.EventID, actor string) (gate checkin.Gate, code string, expires time.Time, err error)
	// NewCode makes another code for a gate, and voids the one before.
	NewCode(ctx context.Context, id checkin.GateID, actor string) (code string, expires time.Time, err error)
	// AssignGate makes a gate serve an event, or none when it is empty.
	AssignGate(ctx context.Context, id checkin.GateID, event checkin.EventID, actor string) error
	Pair(ctx context.Context, req wire.PairRequest) (wire.PairReply, error)
	GateStates(ctx context.Context) ([]GateState, error)
}

// API serves /v1.
type API struct {
	Keys     Keys
	Events   Events
	Holders  Holders
	Gates    Gates
	Webhooks Webhooks
}

const actorKey = "actor"

// Routes adds the API to r. Every route but pairing needs a key: a pairing code
// is a key of its own, for one use.
func (a *API) Routes(r fiber.Router) {
	r.Post("/pair", a.pair)
	r.Use(a.authenticate)
	r.Post("/events", a.createEvent)
	r.Get("/events", a.listEvents)
	r.Get("/events/:event", a.getEvent)
	r.Get("/events/:event/books", a.getBooks)
	r.Get("/events/:event/admissions", a.listAdmissions)
	r.Post("/events/:event/close", a.closeEvent)
	r.Get("/events/:event/purge", a.getPurge)
	r.Post("/events/:event/holders", a.pushHolder)
	r.Get("/events/:event/holders/:holder", a.getHolder)
	r.Post("/events/:event/holders/:holder/withdraw", a.withdraw)
	r.Post("/events/:event/holders/:holder/link", a.newLink)
	r.Put("/events/:event/webhook", a.putWebhook)
	r.Delete("/events/:event/webhook", a.deleteWebhook)
	r.Post("/gates", a.addGate)
	r.Get("/gates", a.listGates)
	r.Post("/gates/:gate/code", a.newCode)
	r.Post("/gates/:gate/assign", a.assignGate)
	r.Use(func(c *fiber.Ctx) error {
		return checkin.Errorf(checkin.CodeNotFound, "%s %s is not part of this API", c.Method(), c.Path())
	})
}

func (a *API) authenticate(c *fiber.Ctx) error {
	secret, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		return unauthorised(c, checkin.Errorf(checkin.CodeUnauthorised, "an API key is needed: Authorization: Bearer stile_…"))
	}
	name, err := a.Keys.CheckKey(c.UserContext(), secret)
	if err != nil {
		return unauthorised(c, err)
	}
	c.Locals(actorKey, "key:"+name)
	return c.Next()
}

func unauthorised(c *fiber.Ctx, err error) error {
	c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="stile"`)
	return err
}

// actor names the key for the audit log.
func actor(c *fiber.Ctx) string {
	name, _ := c.Locals(actorKey).(string)
	return name
}

func event(c *fiber.Ctx) checkin.EventID   { return checkin.EventID(c.Params("event")) }
func holder(c *fiber.Ctx) checkin.HolderID { return checkin.HolderID(c.Params("holder")) }
