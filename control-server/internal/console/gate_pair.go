package console

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

type pairForm struct {
	Name  string
	Event checkin.EventID
	Error string
}

type pairing struct {
	Gate    checkin.Gate
	Code    string
	Expires time.Time
	Server  string
}

func (s *Console) pairGate(c *fiber.Ctx) error {
	form := pairForm{Name: strings.TrimSpace(c.FormValue("name")), Event: checkin.EventID(c.FormValue("event"))}
	gate, code, expires, err := s.Venue.AddGate(c.UserContext(), form.Name, form.Event, sessionOf(c).operator.ID)
	var refused *checkin.Error
	if errors.As(err, &refused) && refused.Code != checkin.CodeInternal {
		form.Error = refused.Error()
		c.Status(web.ProblemOf(err).Status)
		return s.renderGates(c, form, nil)
	}
	if err != nil {
		return err
	}
	return s.renderGates(c, pairForm{}, &pairing{gate, code, expires, s.server(c)})
}

func (s *Console) newCode(c *fiber.Ctx) error {
	gate, err := s.gate(c)
	if err != nil {
		return err
	}
	code, expires, err := s.Venue.NewCode(c.UserContext(), gate.ID, sessionOf(c).operator.ID)
	if err != nil {
		return err
	}
	return s.renderGates(c, pairForm{}, &pairing{gate, code, expires, s.server(c)})
}
