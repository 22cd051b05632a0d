package bench

import (
	"context"
	"runtime"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Pipeline is one frame from BGR pixels to what a decision needs, on one thread,
// against the bare runs of the models inside it.
type Pipeline struct {
	Time        float64 `json:"ms"`
	Bare        float64 `json:"bare_ms"`
	Ratio       float64 `json:"ratio"`
	Allocations float64 `json:"allocations"` // per frame
	Bytes       float64 `json:"bytes"`       // allocated per frame
	Steps       []Step  `json:"steps"`
}

// Step is a part of the work on a frame, and the bare model runs inside it.
type Step struct {
	Name string  `json:"name"`
	Time float64 `json:"ms"`
	Bare float64 `json:"bare_ms"`
}

// look is the work on one frame. Its results are what a decision needs.
type look struct {
	see   *vision.Analyser
	frame vision.Frame

	face     vision.Face // the largest
	measures vision.Measures
	live     float64
	template face.Vector
}

func (l *look) detect() error {
	faces, err := l.see.Detect(l.frame)
	if err == nil {
		l.face = faces[0]
	}
	return err
}

func (l *look) measure() (err error) {
	l.measures, err = l.see.Measure(l.frame, l.face)
	return err
}

func (l *look) liveness() (err error) {
	l.live, err = l.see.Liveness(l.frame, l.face)
	return err
}

func (l *look) embed() (err error) {
	l.template, err = l.see.Features(l.template[:0], l.frame, l.face)
	return err
}

var steps = []struct {
	name string
	run  func(*look) error
}{
	{"detect and locate", (*look).detect},
	{"measure", (*look).measure},
	{"liveness", (*look).liveness},
	{"template", (*look).embed},
}

// all does every step.
func (l *look) all() error {
	for _, s := range steps {
		if err := s.run(l); err != nil {
			return err
		}
	}
	return nil
}

func (b *bencher) pipeline(ctx context.Context) (p Pipeline, err error) {
	whole, bare := newPairs(len(b.pictures)), make([]pairs, len(steps))
	for i := range bare {
		bare[i] = newPairs(len(b.pictures))
	}
	err = rounds(ctx, b.Each, func(int) error {
		for i := range b.pictures {
			l := look{see: b.see, frame: b.pictures[i].frame}
			if err := whole.add(i, b.bare, l.all); err != nil {
				return err
			}
			for s, step := range steps {
				if err := bare[s].add(i, b.bare, func() error { return step.run(&l) }); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	p.Time, p.Bare = whole.means()
	p.Ratio = p.Time / p.Bare
	for s, step := range steps {
		time, models := bare[s].means()
		p.Steps = append(p.Steps, Step{step.name, time, models})
	}
	p.Allocations, p.Bytes, err = b.allocated()
	return p, err
}

// allocated returns the allocations of a frame, and their bytes, in the mean and
// in the steady state: after each frame was seen once.
func (b *bencher) allocated() (count, bytes float64, err error) {
	l := look{see: b.see}
	var before, after runtime.MemStats
	for _, stats := range []*runtime.MemStats{&before, &after} {
		for _, p := range b.pictures {
			l.frame = p.frame
			if err := l.all(); err != nil {
				return 0, 0, err
			}
		}
		runtime.ReadMemStats(stats)
	}
	n := float64(len(b.pictures))
	return float64(after.Mallocs-before.Mallocs) / n, float64(after.TotalAlloc-before.TotalAlloc) / n, nil
}
