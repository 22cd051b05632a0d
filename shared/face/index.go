package face

import "slices"

// Index is an exact search over templates of one dimension. Every row is
// compared in float32, so the answer is the true one. It is not safe for
// concurrent use; its owner locks.
type Index struct {
	dim  int
	ids  []string
	rows []float32 // len(ids) rows of dim, one after the other
	at   map[string]int
}

// Hit is one row and its score.
type Hit struct {
	ID    string
	Score Score
}

// NewIndex makes an empty Index for vectors of dimension dim.
func NewIndex(dim int) *Index {
	return &Index{dim: dim, at: make(map[string]int)}
}

// Len returns the number of templates.
func (x *Index) Len() int { return len(x.ids) }

// Put adds v under id, or replaces what is there. The next Search sees it.
// It panics when v has the wrong dimension, which Decode rules out.
func (x *Index) Put(id string, v Vector) {
	if len(v) != x.dim {
		panic("face: vector of the wrong dimension")
	}
	if i, ok := x.at[id]; ok {
		copy(x.row(i), v)
		return
	}
	if len(x.rows)+x.dim > cap(x.rows) {
		x.grow()
	}
	x.at[id] = len(x.ids)
	x.ids = append(x.ids, id)
	x.rows = append(x.rows, v...)
}

// grow moves the rows to a larger block and zeroes the old one: append would
// leave templates behind in memory that nobody owns any more.
func (x *Index) grow() {
	rows := make([]float32, len(x.rows), max(64*x.dim, 2*cap(x.rows)))
	copy(rows, x.rows)
	clear(x.rows)
	x.rows = rows
}

// Remove takes the template out and overwrites its memory. It reports whether
// there was one.
func (x *Index) Remove(id string) bool {
	i, ok := x.at[id]
	if !ok {
		return false
	}
	last := len(x.ids) - 1
	copy(x.row(i), x.row(last))
	clear(x.row(last))
	x.ids[i] = x.ids[last]
	x.at[x.ids[i]] = i
	delete(x.at, id)
	x.ids = slices.Delete(x.ids, last, last+1)
	x.rows = x.rows[:last*x.dim]
	return true
}

// Search returns the best and the second best row for probe. With fewer rows
// the missing Hits have an empty ID and the lowest possible Score.
func (x *Index) Search(probe Vector) (best, second Hit) {
	best, second = Hit{Score: -1}, Hit{Score: -1}
	for i, id := range x.ids {
		s := Compare(probe, x.row(i))
		switch {
		case s > best.Score:
			best, second = Hit{id, s}, best
		case s > second.Score:
			second = Hit{id, s}
		}
	}
	return best, second
}

// Wipe overwrites every template and returns how many there were.
func (x *Index) Wipe() int {
	n := len(x.ids)
	clear(x.rows[:cap(x.rows)])
	x.rows, x.ids = nil, nil
	clear(x.at)
	return n
}

func (x *Index) row(i int) Vector { return x.rows[i*x.dim : (i+1)*x.dim] }
