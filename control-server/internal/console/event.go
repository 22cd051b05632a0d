package console

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

type eventsPage struct {
	Frame
	Events []checkin.Event
}

func (s *Console) showEvents(c *fiber.Ctx) error {
	events, err := s.Venue.Events(c.UserContext())
	if err != nil {
		return err
	}
	return s.pages.render(c, "events.html", eventsPage{s.frame(c, "events", "Events"), events})
}

type eventPage struct {
	Frame
	strip
	Policy   []string       // in plain words
	Manifest *wire.Manifest // nil: there is no gallery
	Faces    faces
	Copies   []copyOfGallery // by gate
	Purge    purge
}

// copyOfGallery is what one gate holds of the event's gallery.
type copyOfGallery struct {
	Name string
	live.Gate
}

func (s *Console) showEvent(c *fiber.Ctx) error {
	id := checkin.EventID(c.Params("event"))
	page, err := s.event(c.UserContext(), id)
	if err != nil {
		return err
	}
	page.Frame = s.frame(c, "events", page.Event.Name)
	page.Live = eventPath(id) + "/live"
	return s.pages.render(c, "event.html", page)
}

func (s *Console) followEvent(c *fiber.Ctx) error {
	id := checkin.EventID(c.Params("event"))
	return s.stream(c, "event.html", func(ctx context.Context) ([]part, error) {
		page, err := s.event(ctx, id)
		if err != nil {
			return nil, err
		}
		return []part{
			{id: page.DOM(), template: "strip", data: page.strip},
			{id: "faces", template: "faces", data: page.Faces},
			{id: "gallery", template: "gallery", data: page},
			{id: "purge", template: "purge", data: page},
		}, nil
	})
}

func eventPath(id checkin.EventID) string { return web.ConsolePrefix + "/events/" + string(id) }

func (s *Console) event(ctx context.Context, id checkin.EventID) (eventPage, error) {
	var page eventPage
	var err error
	if page.Event, err = s.Venue.Event(ctx, id); err != nil {
		return page, err
	}
	if page.Counts, err = s.Venue.Counts(ctx, id); err != nil {
		return page, err
	}
	gates, err := s.Venue.Gates(ctx)
	if err != nil {
		return page, err
	}
	manifest, err := s.Venue.Manifest(ctx, id)
	switch {
	case err == nil:
		page.Manifest = &manifest
	case checkin.ErrorCode(err) != checkin.CodeNotFound:
		return page, err
	}
	page.Faces = facesOf(page.Event.Policy, page.Manifest, s.Calibration)
	board := s.Board.Snapshot()
	for _, g := range board.Gates {
		if g.Event == id {
			page.Copies = append(page.Copies, copyOfGallery{gateName(gates, g.Gate), g})
		}
	}
	slices.SortFunc(page.Copies, func(a, b copyOfGallery) int { return strings.Compare(a.Name, b.Name) })
	p := page.Event.Policy
	page.Policy = []string{wordFor(matchWords, p.Match), wordFor(livenessWords, p.Liveness), wordFor(offlineWords, p.Offline)}
	page.Purge, err = s.purge(ctx, id, gates, board)
	return page, err
}

// FalseOne is how many strangers pass the search before one is taken for
// somebody, on average, by the event's policy.
func (p eventPage) FalseOne() int { return int(1/p.Event.Policy.FPIR + 0.5) }
