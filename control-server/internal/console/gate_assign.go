package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

func (s *Console) assignGate(c *fiber.Ctx) error {
	gate, event := checkin.GateID(c.Params("gate")), checkin.EventID(c.FormValue("event"))
	if err := s.Venue.AssignGate(c.UserContext(), gate, event, sessionOf(c).operator.ID); err != nil {
		return err
	}
	return c.Redirect(gatesPath, fiber.StatusSeeOther)
}

type revokePage struct {
	Frame
	Gate checkin.Gate
}

func (s *Console) confirmRevoke(c *fiber.Ctx) error {
	gate, err := s.gate(c)
	if err != nil {
		return err
	}
	return s.pages.render(c, "revoke.html", revokePage{s.frame(c, "gates", "Revoke "+gate.Name), gate})
}

func (s *Console) revokeGate(c *fiber.Ctx) error {
	if err := s.Venue.RevokeGate(c.UserContext(), checkin.GateID(c.Params("gate")), sessionOf(c).operator.ID); err != nil {
		return err
	}
	return c.Redirect(gatesPath, fiber.StatusSeeOther)
}
