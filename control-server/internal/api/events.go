package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// Books are an event's counts and how long admitted people waited from the
// deciding frame to the release.
type Books struct {
	checkin.Counts
	FrameToReleaseMS struct {
		P50 float64 `json:"p50"`
		P99 float64 `json:"p99"`
	} `json:"frame_to_release_ms"`
}

// Admission is one admission with its place in the list, for the next call's
// "after".
type Admission struct {
	Seq int64 `json:"seq"`
	checkin.Admission
}

// Purge is how far the destruction of an event's templates has come.
type Purge struct {
	Event         checkin.EventID   `json:"event"`
	Closed        time.Time         `json:"closed,omitzero"`
	Purged        time.Time         `json:"purged,omitzero"`
	Gates         []checkin.GateID  `json:"gates"`
	Silent        []checkin.GateID  `json:"silent"`
	Receipts      []checkin.Receipt `json:"receipts"`
	TemplatesLeft int               `json:"templates_left"`
}

// eventBody is what a platform sends. A policy, or a part of it, that is not
// given is checkin.DefaultPolicy's.
type eventBody struct {
	ID     checkin.EventID `json:"id"`
	Name   string          `json:"name"`
	Doors  time.Time       `json:"doors"`
	Starts time.Time       `json:"starts"`
	Ends   time.Time       `json:"ends"`
	Policy *checkin.Policy `json:"policy"`
}

func (a *API) createEvent(c *fiber.Ctx) error {
	policy := checkin.DefaultPolicy
	body := eventBody{Policy: &policy}
	if err := decodeBody(c, &body); err != nil {
		return err
	}
	e := checkin.Event{ID: body.ID, Name: body.Name, Doors: body.Doors, Starts: body.Starts, Ends: body.Ends, Policy: policy}
	e, err := a.Events.CreateEvent(c.UserContext(), e, actor(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(e)
}

func (a *API) listEvents(c *fiber.Ctx) error {
	events, err := a.Events.Events(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"events": events})
}

func (a *API) getEvent(c *fiber.Ctx) error {
	e, err := a.Events.Event(c.UserContext(), event(c))
	if err != nil {
		return err
	}
	return c.JSON(e)
}

func (a *API) getBooks(c *fiber.Ctx) error {
	b, err := a.Events.Books(c.UserContext(), event(c))
	if err != nil {
		return err
	}
	return c.JSON(b)
}

const (
	defaultPage = 100
	maxPage     = 1000
)

func (a *API) listAdmissions(c *fiber.Ctx) error {
	after, limit := c.QueryInt("after", 0), c.QueryInt("limit", defaultPage)
	if after < 0 {
		return checkin.Invalid("after", "%d is negative", after)
	}
	if limit < 1 || limit > maxPage {
		return checkin.Invalid("limit", "%d is outside 1 to %d", limit, maxPage)
	}
	page, err := a.Events.Admissions(c.UserContext(), event(c), int64(after), limit)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"admissions": page})
}

func (a *API) closeEvent(c *fiber.Ctx) error {
	if err := a.Events.CloseEvent(c.UserContext(), event(c), actor(c)); err != nil {
		return err
	}
	return a.getPurge(c)
}

func (a *API) getPurge(c *fiber.Ctx) error {
	p, err := a.Events.Purge(c.UserContext(), event(c))
	if err != nil {
		return err
	}
	return c.JSON(p)
}
