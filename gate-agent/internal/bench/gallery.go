package bench

import (
	"context"
	"fmt"

	"github.com/openstile/stile/shared/face"
)

// floor is a little less than the score that a gate's search asks for among 10,000
// templates at an FPIR of 1 %, and much less than among more. A lower floor makes a
// search slower.
const floor face.Score = 0.4

// gallery is the same templates as an Index has them and as plain rows.
type gallery struct {
	index *face.Index
	rows  []float32 // of dimension each
	crowd *crowd
}

// newRows makes n templates: the first of the pictures' people, the others of a
// crowd.
func (b *bencher) newRows(ctx context.Context, n int) (*gallery, error) {
	g := &gallery{rows: make([]float32, n*dimension), crowd: newCrowd(uint64(n))}
	for i := range n {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if i < len(b.pictures) {
			copy(g.row(i), b.pictures[i].template)
			continue
		}
		g.crowd.person(g.row(i))
	}
	return g, nil
}

// fill puts the rows into the index.
func (g *gallery) fill(ctx context.Context) error {
	g.index = face.NewIndex(dimension)
	for i := range g.len() {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		g.index.Put(id(i), g.row(i))
	}
	g.index.Settle()
	return nil
}

func (g *gallery) len() int { return len(g.rows) / dimension }

func (g *gallery) row(i int) face.Vector { return g.rows[i*dimension : (i+1)*dimension] }

// id is as long as an enrolment's.
func id(i int) string { return fmt.Sprintf("%08x-0000-7000-8000-%012x", i, i) }

// rowOf is the row of an id, or -1 for none.
func rowOf(id string) int {
	var row int
	if _, err := fmt.Sscanf(id, "%08x-", &row); err != nil {
		return -1
	}
	return row
}

// scan compares q with every row: the answer that a search must give, without a
// floor.
func (g *gallery) scan(q face.Vector) (best, second ranked) {
	return bestTwo(g.len(), func(i int) face.Score { return face.Compare(q, g.row(i)) })
}

// bestTwo finds the two best of n rows; of equal scores the earlier is better.
func bestTwo(n int, score func(i int) face.Score) (best, second ranked) {
	best, second = ranked{-1, -1}, ranked{-1, -1}
	for i := range n {
		switch s := score(i); {
		case s > best.score:
			best, second = ranked{i, s}, best
		case s > second.score:
			second = ranked{i, s}
		}
	}
	return best, second
}

type ranked struct {
	row   int
	score face.Score
}

// hit is what a search with the floor says of it.
func (r ranked) hit() face.Hit {
	if r.row < 0 || r.score < floor {
		return face.Hit{Score: -1}
	}
	return face.Hit{ID: id(r.row), Score: r.score}
}
