package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/openstile/stile/shared/face"
)

// Search is one search for the two best of so many templates, on one thread,
// against other exact searches of the same templates for the same probes. All
// times are medians, and every search finds the processor's caches full of other
// data, as it does after a frame has gone through the models.
type Search struct {
	N      int                `json:"n"`
	Ours   float64            `json:"ours_us"`
	Peers  map[string]float64 `json:"peers"` // microseconds
	Ratios map[string]float64 `json:"ratios"`
	Absent []string           `json:"absent"` // peers that are not installed

	Exact   bool `json:"exact"`   // each answer was that of a float32 brute force, ids and scores
	Queries int  `json:"queries"` // that were compared with it
}

// ErrWrongPeer means that a peer does not search what it was given, so that its
// time says nothing.
var ErrWrongPeer = errors.New("a peer gives wrong answers")

// sameScore is how far a peer's best may be from the true one: 8-bit numbers
// are not exact.
const sameScore = 0.03

func (b *bencher) search(ctx context.Context, n int) (s Search, err error) {
	defer debug.FreeOSMemory() // a million templates take gigabytes
	b.Progress(fmt.Sprintf("making %d templates", n))
	g, err := b.newRows(ctx, n)
	if err != nil {
		return s, err
	}
	if err := g.fill(ctx); err != nil {
		return s, err
	}
	b.Progress(fmt.Sprintf("giving %d templates to the peers", n))
	peers, absent, err := b.openPeers(ctx, g)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, closePeers(peers)) }()

	b.Progress(fmt.Sprintf("measuring a search among %d templates", n))
	s = Search{N: n, Peers: map[string]float64{}, Ratios: map[string]float64{}, Absent: absent, Exact: true}
	var ours timings
	theirs := make(map[string]timings)
	check := func(q face.Vector, best, second face.Hit) face.Score {
		first, next := g.scan(q)
		s.Exact = s.Exact && best == first.hit() && second == next.hit()
		s.Queries++
		return first.score
	}
	err = rounds(ctx, b.Each, func(i int) error {
		q := g.probe(i)
		var best, second face.Hit
		evict()
		if err := ours.add(func() error { best, second = g.index.Search(q, floor); return nil }); err != nil {
			return err
		}
		top := check(q, best, second)
		for _, p := range peers {
			row, took, err := p.search(q)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name(), err)
			}
			if row < 0 || row >= n || top-face.Compare(q, g.row(row)) > sameScore {
				return fmt.Errorf("%w: %s found row %d", ErrWrongPeer, p.name(), row)
			}
			theirs[p.name()] = append(theirs[p.name()], took)
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	err = rounds(ctx, b.Each/4, func(i int) error { // more proofs, of other probes
		q := g.probe(i)
		best, second := g.index.Search(q, floor)
		check(q, best, second)
		return nil
	})
	s.Ours = us(ours.median())
	for name, t := range theirs {
		s.Peers[name] = us(t.median())
		s.Ratios[name] = s.Peers[name] / s.Ours
	}
	return s, err
}

// probe returns what a search looks for: in turns somebody of the gallery, and a
// stranger.
func (g *gallery) probe(i int) face.Vector {
	if i%2 == 0 {
		return g.crowd.again(g.row(g.crowd.r.IntN(g.len())), 0.75)
	}
	v := make(face.Vector, dimension)
	g.crowd.person(v)
	return v
}

// evicted is larger than the caches of any processor of a gate.
var evicted = make([]uint64, 96<<20/8)

const cacheLine = 64 / 8 // elements

// evict fills the caches with other data.
func evict() {
	var sum uint64
	for i := 0; i < len(evicted); i += cacheLine {
		sum += evicted[i]
	}
	evicted[0] = sum & 1
}
