package face

import "iter"

// none is the score of a Hit that there is not.
const none = -1

// top collects the two best rows. Of equal scores the earlier row is the better.
type top struct {
	floor        Score
	best, second ranked
}

type ranked struct {
	row   int
	score Score
}

func newTop(floor Score) top {
	return top{floor: floor, best: ranked{-1, none}, second: ranked{-1, none}}
}

// bar is the score that a row must reach to matter.
func (t *top) bar() Score { return max(t.floor, t.second.score) }

// add takes row in, which comes after all former ones.
func (t *top) add(row int, s Score) {
	switch {
	case !(s >= t.floor): // also a NaN
	case s > t.best.score:
		t.best, t.second = ranked{row, s}, t.best
	case s > t.second.score:
		t.second = ranked{row, s}
	}
}

// search compares probe with each row that may be among the two best.
func (t *table) search(probe Vector, floor Score) top {
	two := newTop(floor)
	bar := two.bar()
	for i := range t.reaching(probe, &bar) {
		two.add(i, Compare(probe, t.row(i)))
		bar = two.bar()
	}
	return two
}

// searchAll compares probe with each row: the definition of search.
func (t *table) searchAll(probe Vector, floor Score) top {
	two := newTop(floor)
	for i := range t.n {
		two.add(i, Compare(probe, t.row(i)))
	}
	return two
}

// above yields, in order, the rows whose score for probe is floor or more.
func (t *table) above(probe Vector, floor Score) iter.Seq2[int, Score] {
	return func(yield func(int, Score) bool) {
		for i := range t.reaching(probe, &floor) {
			if s := Compare(probe, t.row(i)); s >= floor && !yield(i, s) {
				return
			}
		}
	}
}
