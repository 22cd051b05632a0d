package console

import (
	"cmp"
	"slices"

	"github.com/openstile/stile/shared/checkin"
)

// strip is one event's counts.
type strip struct {
	Event  checkin.Event
	Counts checkin.Counts
}

// DOM is the id of the strip's element.
func (s strip) DOM() string { return "strip-" + string(s.Event.ID) }

// refusal is how often one reason was given.
type refusal struct {
	Word string
	N    int
}

// Denied is every reason that was given, the most frequent first.
func (s strip) Denied() []refusal {
	var list []refusal
	for r, n := range s.Counts.Denied {
		if n > 0 {
			list = append(list, refusal{reasonWord(r), n})
		}
	}
	slices.SortFunc(list, func(a, b refusal) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Word, b.Word))
	})
	return list
}

// DeniedTotal is the number of denials.
func (s strip) DeniedTotal() (n int) {
	for _, r := range s.Denied() {
		n += r.N
	}
	return n
}

// bar is one stretch of a chart that is 100 wide.
type bar struct {
	Class       string
	Word        string
	N           int
	From, Width float64
}

// Bars is how decisions fell: by face, by ticket, denied.
func (s strip) Bars() []bar {
	bars := []bar{
		{Class: "face", Word: "by face", N: s.Counts.AdmittedByFace},
		{Class: "ticket", Word: "by ticket", N: s.Counts.AdmittedByTicket},
		{Class: "denied", Word: "denied", N: s.DeniedTotal()},
	}
	all := 0
	for _, b := range bars {
		all += b.N
	}
	if all == 0 {
		return nil
	}
	from := 0.0
	for i := range bars {
		bars[i].From, bars[i].Width = from, 100*float64(bars[i].N)/float64(all)
		from += bars[i].Width
	}
	return bars
}
