package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

const gatesPath = web.ConsolePrefix + "/gates"

type gatesPage struct {
	Frame
	Gates  []gateRow
	Events []checkin.Event // those still open
	Pair   pairForm
	Paired *pairing // the gate to pair now; its code is shown this once
}

type gateRow struct {
	checkin.Gate
	Live *live.Gate // nil: not heard since the server started
}

func (s *Console) showGates(c *fiber.Ctx) error { return s.renderGates(c, pairForm{}, nil) }

func (s *Console) renderGates(c *fiber.Ctx, form pairForm, paired *pairing) error {
	gates, err := s.Venue.Gates(c.UserContext())
	if err != nil {
		return err
	}
	events, err := s.Venue.Events(c.UserContext())
	if err != nil {
		return err
	}
	page := gatesPage{Frame: s.frame(c, "gates", "Gates"), Pair: form, Paired: paired}
	page.Events = slices.DeleteFunc(slices.Clone(events), func(e checkin.Event) bool { return !e.Closed.IsZero() })
	said := map[checkin.GateID]*live.Gate{}
	for _, g := range s.Board.Snapshot().Gates {
		said[g.Gate] = &g
	}
	for _, g := range gates {
		page.Gates = append(page.Gates, gateRow{g, said[g.ID]})
	}
	slices.SortStableFunc(page.Gates, func(a, b gateRow) int {
		if a.Revoked.IsZero() != b.Revoked.IsZero() {
			if a.Revoked.IsZero() {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return s.pages.render(c, "gates.html", page)
}

// gate is the one that the address names.
func (s *Console) gate(c *fiber.Ctx) (checkin.Gate, error) {
	gates, err := s.Venue.Gates(c.UserContext())
	if err != nil {
		return checkin.Gate{}, err
	}
	for _, g := range gates {
		if string(g.ID) == c.Params("gate") {
			return g, nil
		}
	}
	return checkin.Gate{}, checkin.Errorf(checkin.CodeNotFound, "there is no gate %q", c.Params("gate"))
}

// gateName finds a gate's name, or falls back on its id.
func gateName(gates []checkin.Gate, id checkin.GateID) string {
	for _, g := range gates {
		if g.ID == id {
			return g.Name
		}
	}
	return string(id)
}
