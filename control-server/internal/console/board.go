package console

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

type boardPage struct {
	Frame
	Summary summary
	Strips  []strip
	Tiles   []tile
}

// summary is the whole venue in six numbers.
type summary struct {
	Silent, Alarm, Degraded, Fine, Idle int // lanes
	PerMinute                           int
}

func (s *Console) showBoard(c *fiber.Ctx) error {
	page, err := s.board(c.UserContext())
	if err != nil {
		return err
	}
	page.Frame = s.frame(c, "board", "Board")
	page.Live = web.ConsolePrefix + "/live"
	return s.pages.render(c, "board.html", page)
}

func (s *Console) followBoard(c *fiber.Ctx) error {
	return s.stream(c, "board.html", func(ctx context.Context) ([]part, error) {
		page, err := s.board(ctx)
		if err != nil {
			return nil, err
		}
		tiles := make([]part, len(page.Tiles))
		for i, t := range page.Tiles {
			tiles[i] = part{id: t.DOM(), template: "tile", data: t}
		}
		return []part{
			{id: "alarms", template: "alarms", data: page.Tiles},
			{id: "summary", template: "summary", data: page.Summary},
			{id: "strips", template: "strips", data: page.Strips},
			{id: "lanes", template: "lanes", data: page.Tiles, items: tiles},
		}, nil
	})
}

func (s *Console) board(ctx context.Context) (boardPage, error) {
	gates, err := s.Venue.Gates(ctx)
	if err != nil {
		return boardPage{}, err
	}
	events, err := s.Venue.Events(ctx)
	if err != nil {
		return boardPage{}, err
	}
	var page boardPage
	for _, e := range events {
		if !e.Closed.IsZero() {
			continue
		}
		counts, err := s.Venue.Counts(ctx, e.ID)
		if err != nil {
			return boardPage{}, err
		}
		page.Strips = append(page.Strips, strip{e, counts})
	}
	page.Tiles = tilesOf(s.Board.Snapshot(), gates)
	for _, t := range page.Tiles {
		page.Summary.add(t.Lane)
	}
	return page, nil
}

func (s *summary) add(l live.Lane) {
	switch l.Level {
	case live.Silent:
		s.Silent++
	case live.Alarm:
		s.Alarm++
	case live.Degraded:
		s.Degraded++
	case live.Fine:
		s.Fine++
	default:
		s.Idle++
	}
	s.PerMinute += l.PerMinute
}

// tilesOf joins what the gates say with what the store knows of them: their
// names, those revoked, and those that have not spoken since the server started.
func tilesOf(board live.Board, gates []checkin.Gate) []tile {
	var tiles []tile
	heard := map[checkin.GateID]bool{}
	for _, g := range board.Gates {
		heard[g.Gate] = true
	}
	known := map[checkin.GateID]checkin.Gate{}
	for _, g := range gates {
		known[g.ID] = g
		if !heard[g.ID] && !g.Paired.IsZero() && g.Revoked.IsZero() {
			lane := live.Lane{Gate: g.ID, Event: g.Event, Level: live.Silent}
			tiles = append(tiles, tile{Lane: lane, GateName: g.Name})
		}
	}
	for _, l := range board.Lanes {
		g, ok := known[l.Gate]
		if ok && !g.Revoked.IsZero() {
			continue
		}
		if !ok {
			g.Name = string(l.Gate)
		}
		tiles = append(tiles, tile{Lane: l, GateName: g.Name})
	}
	slices.SortFunc(tiles, tile.compare)
	return tiles
}
