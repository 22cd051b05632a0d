package pretix

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// order and position are the fields that are asked for: what admits somebody,
// and nothing of who they are.
type order struct {
	Code      string     `json:"code"`
	Status    string     `json:"status"`
	Testmode  bool       `json:"testmode"`
	Positions []position `json:"positions"`
}

type position struct {
	PositionID int        `json:"positionid"`
	Canceled   bool       `json:"canceled"`
	Item       int        `json:"item"`
	Subevent   int        `json:"subevent"`
	AddonTo    *int       `json:"addon_to"`
	Secret     string     `json:"secret"`
	Blocked    []string   `json:"blocked"` // why; null when not blocked
	ValidFrom  *time.Time `json:"valid_from"`
	ValidUntil *time.Time `json:"valid_until"`
}

var orderFields = []string{
	"code", "status", "testmode",
	"positions.positionid", "positions.canceled", "positions.item", "positions.subevent",
	"positions.addon_to", "positions.secret", "positions.blocked", "positions.valid_from", "positions.valid_until",
}

const paid = "p"

// orders reads the paid orders.
func (s *Shop) orders(ctx context.Context, fn func(total int, orders []order) error) error {
	return each(ctx, s, "orders", url.Values{
		"status": {paid}, "testmode": {"false"}, "ordering": {"datetime"}, "include": orderFields,
	}, fn)
}

// admitting returns the products that admit somebody. Others are merchandise,
// parking and the like: their codes must not open a gate.
func (s *Shop) admitting(ctx context.Context) (map[int]bool, error) {
	type item struct {
		ID        int  `json:"id"`
		Admission bool `json:"admission"`
	}
	items := map[int]bool{}
	err := each(ctx, s, "items", url.Values{"admission": {"true"}}, func(_ int, page []item) error {
		for _, i := range page {
			items[i.ID] = i.Admission
		}
		return nil
	})
	return items, err
}

// push is what Stile is told of a position.
func (p position) push(code string) push {
	t := checkin.Ticket{Secret: p.Secret}
	if p.ValidFrom != nil {
		t.ValidFrom = *p.ValidFrom
	}
	if p.ValidUntil != nil {
		t.ValidUntil = *p.ValidUntil
	}
	return push{PlatformID: "pretix:" + code + "-" + strconv.Itoa(p.PositionID), Tickets: []checkin.Ticket{t}}
}
