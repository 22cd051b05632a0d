package pretix

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Summary is what became of the positions that were read.
type Summary struct {
	Created, Known int // holders
	Refused        int // by Stile
	Skipped        map[string]int
}

// Import pushes every ticket that admits somebody, as a holder of its own, and
// writes how far it is to out. An import that is repeated changes nothing but
// what has changed in pretix since. subevent is the date of an event series; 0
// is an event of one date.
//
// Tickets that were cancelled or blocked after an earlier import stay valid in
// Stile, which has no way yet to take a ticket back.
func Import(ctx context.Context, from *Shop, to *Stile, subevent int, out io.Writer) (Summary, error) {
	sum := Summary{Skipped: map[string]int{}}
	items, err := from.admitting(ctx)
	if err != nil {
		return sum, err
	}
	read := 0
	err = from.orders(ctx, func(total int, orders []order) error {
		for _, o := range orders {
			for _, p := range o.Positions {
				if why := unwanted(o, p, items, subevent); why != "" {
					sum.Skipped[why]++
					continue
				}
				if err := sum.push(ctx, to, p.push(o.Code), out); err != nil {
					return err
				}
			}
		}
		read += len(orders)
		fmt.Fprintf(out, "%s of %s orders\n", thousands(read), thousands(total))
		return nil
	})
	return sum, err
}

func (sum *Summary) push(ctx context.Context, to *Stile, p push, out io.Writer) error {
	created, refused, err := to.push(ctx, p)
	switch {
	case err != nil:
		return fmt.Errorf("push %s: %w", p.PlatformID, err)
	case refused != "":
		sum.Refused++
		fmt.Fprintf(out, "%s was refused: %s\n", p.PlatformID, refused)
	case created:
		sum.Created++
	default:
		sum.Known++
	}
	return nil
}

// unwanted says why a position admits nobody; empty is that it does.
func unwanted(o order, p position, items map[int]bool, subevent int) string {
	switch {
	case o.Status != paid:
		return "not paid"
	case o.Testmode:
		return "test orders"
	case p.Canceled:
		return "cancelled"
	case p.Blocked != nil:
		return "blocked"
	case p.AddonTo != nil: // its owner enters by the ticket that it was added to
		return "add-ons"
	case !items[p.Item]:
		return "not for admission"
	case p.Subevent != subevent:
		return "of another date"
	}
	return ""
}

// String tells it in one line.
func (sum Summary) String() string {
	parts := []string{
		thousands(sum.Created) + " new holders",
		thousands(sum.Known) + " already known",
		thousands(sum.Refused) + " refused",
	}
	var skipped []string
	for why, n := range sum.Skipped {
		skipped = append(skipped, thousands(n)+" "+why)
	}
	slices.Sort(skipped)
	if len(skipped) > 0 {
		parts = append(parts, "left out: "+strings.Join(skipped, ", "))
	}
	return strings.Join(parts, "; ")
}

// thousands writes 1250 as 1,250.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
