package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

type closePage struct {
	Frame
	Event checkin.Event
	Error string
}

func (s *Console) confirmClose(c *fiber.Ctx) error {
	e, err := s.Venue.Event(c.UserContext(), checkin.EventID(c.Params("event")))
	if err != nil {
		return err
	}
	return s.pages.render(c, "close.html", closePage{s.frame(c, "events", "Close "+e.Name), e, ""})
}

func (s *Console) closeEvent(c *fiber.Ctx) error {
	e, err := s.Venue.Event(c.UserContext(), checkin.EventID(c.Params("event")))
	if err != nil {
		return err
	}
	if strings.TrimSpace(c.FormValue("name")) != strings.TrimSpace(e.Name) {
		page := closePage{s.frame(c, "events", "Close "+e.Name), e, "That is not the event’s name. Nothing was closed."}
		c.Status(fiber.StatusUnprocessableEntity)
		return s.pages.render(c, "close.html", page)
	}
	if err := s.Venue.CloseEvent(c.UserContext(), e.ID, sessionOf(c).operator.ID); err != nil {
		return err
	}
	return c.Redirect(eventPath(e.ID), fiber.StatusSeeOther)
}
