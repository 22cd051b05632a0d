package console

import (
	"context"
	"slices"
	"time"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
)

// purge is how far the destruction of an event's templates has come.
type purge struct {
	Left     int // templates that the server still stores
	Gates    []purgedGate
	Receipts []signed
}

// purgedGate is one gate that served the event when it was closed.
type purgedGate struct {
	Name        string
	Receipt     *checkin.Receipt // its newest word, or nil
	SilentSince time.Time
	Heard       bool // since the server started
	Silent      bool
}

// signed is a receipt with the name of the gate that signed it.
type signed struct {
	checkin.Receipt
	Name string
}

// Done is how many gates have signed that nothing is left.
func (p purge) Done() (n int) {
	for _, g := range p.Gates {
		if g.Receipt != nil && g.Receipt.Left == 0 {
			n++
		}
	}
	return n
}

func (s *Console) purge(ctx context.Context, e checkin.Event, gates []checkin.Gate, board live.Board) (purge, error) {
	var p purge
	var err error
	if p.Left, err = s.Venue.TemplatesLeft(ctx, e.ID); err != nil {
		return p, err
	}
	receipts, err := s.Venue.Receipts(ctx, e.ID)
	if err != nil {
		return p, err
	}
	newest := map[checkin.GateID]*checkin.Receipt{}
	for _, r := range receipts {
		p.Receipts = append(p.Receipts, signed{r, gateName(gates, r.Gate)})
		if r.Kind == checkin.ReceiptPurge && (newest[r.Gate] == nil || r.At.After(newest[r.Gate].At)) {
			newest[r.Gate] = &r
		}
	}
	slices.SortStableFunc(p.Receipts, func(a, b signed) int { return b.At.Compare(a.At) })
	for _, g := range gates {
		row := purgedGate{Name: g.Name, Receipt: newest[g.ID], Silent: true}
		serves := g.Event == e.ID && !g.Paired.IsZero()
		for _, b := range board.Gates {
			if b.Gate == g.ID {
				row.Heard, row.Silent, row.SilentSince = true, b.Silent, b.Heard
				serves = serves || b.Event == e.ID // by its own last word
			}
		}
		if serves || row.Receipt != nil {
			p.Gates = append(p.Gates, row)
		}
	}
	return p, nil
}
