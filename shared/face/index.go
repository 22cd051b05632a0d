package face

import (
	"cmp"
	"slices"
)

// Index is an exact search over templates of one dimension: what Search returns
// is what comparing the probe with every row in float32 would, bit for bit. From
// some thousand rows on it reads a short code of each row first (see codec).
//
// Searches may run at the same time; a change needs the Index to itself. Its
// owner locks.
type Index struct {
	rows    table
	ids     []string // by row
	at      map[string]int
	nextFit int // how many rows make another codec due
}

// Hit is one row and its score.
type Hit struct {
	ID    string
	Score Score
}

// NewIndex makes an empty Index for vectors of dimension dim.
func NewIndex(dim int) *Index {
	return &Index{rows: table{dim: dim}, at: make(map[string]int), nextFit: fitFrom}
}

// Len returns the number of templates.
func (x *Index) Len() int { return x.rows.n }

// Put adds v under id, or replaces what is there. The next Search sees it.
// It panics when v has the wrong dimension, which Decode rules out.
//
// The Put by which the index reaches 4,096 rows, and then each fourfold of that,
// makes a codec from a sample of the rows and encodes all with it. That takes
// some 0.3 s, and 5 µs for each row; any other Put takes 5 µs.
func (x *Index) Put(id string, v Vector) {
	if len(v) != x.rows.dim {
		panic("face: vector of the wrong dimension")
	}
	if i, ok := x.at[id]; ok {
		x.rows.set(i, v)
		return
	}
	x.at[id] = len(x.ids)
	x.ids = append(x.ids, id)
	x.rows.append(v)
	if x.Len() >= x.nextFit {
		x.nextFit = fitGrowth * x.Len()
		x.rows.fit()
	}
}

// Remove takes the template out and overwrites its memory. It reports whether
// there was one.
func (x *Index) Remove(id string) bool {
	i, ok := x.at[id]
	if !ok {
		return false
	}
	last := len(x.ids) - 1
	x.rows.remove(i)
	x.ids[i] = x.ids[last]
	x.at[x.ids[i]] = i
	delete(x.at, id)
	x.ids[last] = ""
	x.ids = x.ids[:last]
	return true
}

// Search returns the best and the second best row for probe among those whose
// score is floor or more. Where there is none, the Hit has an empty ID and the
// lowest possible Score, -1. The higher the floor, the faster the search. Of
// equal scores the one put earlier is the better, as long as nothing was removed.
func (x *Index) Search(probe Vector, floor Score) (best, second Hit) {
	two := x.rows.search(probe, floor)
	return x.hit(two.best), x.hit(two.second)
}

// Above returns every row whose score for probe is floor or more, the best first,
// in the order of Search. It takes as long as Search does with that floor, and
// what is found.
func (x *Index) Above(probe Vector, floor Score) []Hit {
	var hits []Hit
	for row, score := range x.rows.above(probe, floor) {
		hits = append(hits, x.hit(ranked{row, score}))
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits
}

func (x *Index) hit(r ranked) Hit {
	if r.row < 0 {
		return Hit{Score: none}
	}
	return Hit{ID: x.ids[r.row], Score: r.score}
}

// Wipe overwrites every template, and what was computed from them, and returns
// how many there were.
func (x *Index) Wipe() int {
	n := x.Len()
	x.rows.wipe()
	x.ids, x.nextFit = nil, fitFrom
	clear(x.at)
	return n
}
