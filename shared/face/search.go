package face

import (
	"cmp"
	"math"
	"slices"
)

// Hit is a template that was found, and its score.
//
// Hits are ordered by score, and those of equal score by age: the one whose ID
// has been in the Index for longer comes first. As no two came at once, the order
// is total, and does not depend on where the rows lie.
type Hit struct {
	ID    string
	Score Score
}

// Search returns the first and the second Hit among the templates whose score
// for probe is floor or more. Where there is none, the ID is empty and the Score
// the lowest possible one, -1. The higher the floor, the faster the search.
func (x *Index) Search(probe Vector, floor Score) (best, second Hit) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	two := top{best: nobody, second: nobody}
	bar := floor
	for i := range x.rows.reaching(probe, &bar) {
		if s := Compare(probe, x.rows.row(i)); s >= bar {
			two.add(ranked{x.entries[i], s})
			bar = max(floor, two.second.score)
		}
	}
	return two.best.hit(), two.second.hit()
}

// Above returns every template whose score for probe is floor or more, the first
// Hit first. It takes as long as Search does with that floor, and what is found.
func (x *Index) Above(probe Vector, floor Score) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []ranked
	for i := range x.rows.reaching(probe, &floor) {
		if s := Compare(probe, x.rows.row(i)); s >= floor {
			found = append(found, ranked{x.entries[i], s})
		}
	}
	slices.SortFunc(found, ranked.compare)
	hits := make([]Hit, len(found))
	for i, r := range found {
		hits[i] = r.hit()
	}
	return hits
}

// ranked is a row and its score.
type ranked struct {
	entry
	score Score
}

// nobody comes after all others.
var nobody = ranked{score: Score(math.Inf(-1))}

// compare is negative when r comes before o.
func (r ranked) compare(o ranked) int {
	return cmp.Or(cmp.Compare(o.score, r.score), cmp.Compare(r.since, o.since))
}

func (r ranked) hit() Hit { return Hit{ID: r.id, Score: max(r.score, -1)} }

// top keeps the two that come first of all that are added.
type top struct{ best, second ranked }

func (t *top) add(r ranked) {
	switch {
	case r.compare(t.best) < 0:
		t.best, t.second = r, t.best
	case r.compare(t.second) < 0:
		t.second = r
	}
}
