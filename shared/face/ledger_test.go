package face

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

// ledger is the plainest Index that there is: the definition of the other.
type ledger struct {
	ids  []string // the oldest first
	rows map[string]Vector
}

func newLedger() *ledger { return &ledger{rows: make(map[string]Vector)} }

func (l *ledger) put(id string, v Vector) {
	if _, ok := l.rows[id]; !ok {
		l.ids = append(l.ids, id)
	}
	l.rows[id] = slices.Clone(v)
}

func (l *ledger) remove(id string) bool {
	if _, ok := l.rows[id]; !ok {
		return false
	}
	delete(l.rows, id)
	l.ids = slices.DeleteFunc(l.ids, func(other string) bool { return other == id })
	return true
}

// ranking compares probe with every row.
func (l *ledger) ranking(probe Vector) []Hit {
	hits := make([]Hit, 0, len(l.ids))
	for _, id := range l.ids {
		if s := Compare(probe, l.rows[id]); !math.IsNaN(float64(s)) { // which reaches no floor
			hits = append(hits, Hit{id, s})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits
}

// agrees fails the test when x finds anything else for probe than l does, with
// several floors.
func (l *ledger) agrees(t *testing.T, x *Index, probe Vector) {
	t.Helper()
	all := l.ranking(probe)
	floors := []Score{-1, 0, 0.3, 0.5, 0.9, 1, 2}
	if len(all) > 2 {
		floors = append(floors, all[1].Score, all[2].Score) // just reached
	}
	for _, floor := range floors {
		n := 0
		for n < len(all) && all[n].Score >= floor {
			n++
		}
		if n < 5000 { // sorting more takes long
			if got := x.Above(probe, floor); !slices.Equal(got, all[:n]) {
				t.Fatalf("floor %g: got %d hits, want %d, or in another order", floor, len(got), n)
			}
		}
		want := append(slices.Clone(all[:min(n, 2)]), Hit{Score: -1}, Hit{Score: -1})
		if best, second := x.Search(probe, floor); best != want[0] || second != want[1] {
			t.Fatalf("floor %g: got %+v and %+v, want %+v and %+v", floor, best, second, want[0], want[1])
		}
	}
}

// pair is an Index and the ledger that it must agree with.
type pair struct {
	*Index
	ledger *ledger
}

func newPair(dim int) *pair { return &pair{NewIndex(dim), newLedger()} }

func (p *pair) put(id string, v Vector) {
	p.Put(id, v)
	p.ledger.put(id, v)
}

func (p *pair) remove(t *testing.T, id string) {
	t.Helper()
	if got, want := p.Remove(id), p.ledger.remove(id); got != want {
		t.Fatalf("removing %s: %v, want %v", id, got, want)
	}
}

func (p *pair) agrees(t *testing.T, probe Vector) {
	t.Helper()
	p.ledger.agrees(t, p.Index, probe)
}

// refit makes a codec and waits until all rows have codes.
func (x *Index) refit() {
	x.mu.Lock()
	x.fit()
	x.mu.Unlock()
	x.Settle()
}
