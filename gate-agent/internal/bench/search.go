package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/openstile/stile/shared/face"
)

// Search is one search for the two best of so many templates, on one thread,
// against other exact searches of the same templates for the same probes. All
// times are medians.
//
// Every search finds the processor's caches as a gate's search does: its former
// search left its data there, and then a frame went through the models.
type Search struct {
	N      int                `json:"n"`
	Ours   float64            `json:"ours_us"`
	Peers  map[string]float64 `json:"peers"` // microseconds
	Ratios map[string]float64 `json:"ratios"`
	Absent []string           `json:"absent"` // peers that are not installed

	Exact   bool `json:"exact"`   // each answer was that of a float32 brute force, ids and scores
	Queries int  `json:"queries"` // that were compared with it
}

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
	own, others := make(timings, 0), make(map[string]timings)
	err = rounds(ctx, b.Each, func(i int) error {
		before, probe := g.probe(i), g.probe(i)
		took, err := b.afterFrame(indexed{g}, before, probe)
		if err != nil {
			return err
		}
		own = append(own, took)
		for _, p := range peers {
			took, err := b.afterFrame(p, before, probe)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name(), err)
			}
			others[p.name()] = append(others[p.name()], took)
		}
		s.prove(g, probe)
		return nil
	})
	if err != nil {
		return s, err
	}
	s.Ours = us(own.median())
	for name, t := range others {
		s.Peers[name] = us(t.median())
		s.Ratios[name] = s.Peers[name] / s.Ours
	}
	return s, rounds(ctx, b.Each/4, func(i int) error { s.prove(g, g.probe(i)); return nil })
}

// prove compares the answer to a probe with that of the brute force.
func (s *Search) prove(g *gallery, probe face.Vector) {
	best, second := g.index.Search(probe, floor)
	first, next := g.scan(probe)
	s.Exact = s.Exact && best == first.hit() && second == next.hit()
	s.Queries++
}

// freshSlice is a pause after which the system lets a thread run on undisturbed:
// peers in other processes have it from waiting for the probe.
const freshSlice = time.Millisecond

// afterFrame searches for before, runs a frame's models and then measures the
// search for probe.
func (b *bencher) afterFrame(p peer, before, probe face.Vector) (time.Duration, error) {
	if _, _, err := p.search(before); err != nil {
		return 0, err
	}
	if err := b.bare.Repeat(chain); err != nil {
		return 0, err
	}
	time.Sleep(freshSlice)
	_, took, err := p.search(probe)
	return took, err
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
