package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
)

// PurgeReport is how far the destruction of an event's templates has come.
type PurgeReport struct {
	Gates    []checkin.GateID  // were given the event's key
	Signed   []checkin.Receipt // the one that counts of each gate that has signed
	Receipts []checkin.Receipt // every one, those for withdrawals too
	Left     int               // templates on the server and, by Signed, on gates
}

// purge is a PurgeReport with what else is known of its gates.
type purge struct {
	Left     int
	Gates    []purgedGate
	Receipts []signed
}

// purgedGate is one gate that was given the event's key.
type purgedGate struct {
	Name        string
	Receipt     *checkin.Receipt // nil: it has not signed
	Revoked     bool
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

func (s *Console) purge(ctx context.Context, id checkin.EventID, gates []checkin.Gate, board live.Board) (purge, error) {
	report, err := s.Venue.PurgeReport(ctx, id)
	if err != nil {
		return purge{}, err
	}
	p := purge{Left: report.Left}
	for _, r := range report.Receipts {
		p.Receipts = append(p.Receipts, signed{r, gateName(gates, r.Gate)})
	}
	slices.SortStableFunc(p.Receipts, func(a, b signed) int { return b.At.Compare(a.At) })
	for _, id := range report.Gates {
		row := purgedGate{Name: gateName(gates, id), Silent: true}
		if i := slices.IndexFunc(report.Signed, func(r checkin.Receipt) bool { return r.Gate == id }); i >= 0 {
			row.Receipt = &report.Signed[i]
		}
		row.Revoked = slices.ContainsFunc(gates, func(g checkin.Gate) bool { return g.ID == id && !g.Revoked.IsZero() })
		if i := slices.IndexFunc(board.Gates, func(g live.Gate) bool { return g.Gate == id }); i >= 0 {
			row.Heard, row.Silent, row.SilentSince = true, board.Gates[i].Silent, board.Gates[i].Heard
		}
		p.Gates = append(p.Gates, row)
	}
	slices.SortFunc(p.Gates, func(a, b purgedGate) int { return strings.Compare(a.Name, b.Name) })
	return p, nil
}
