package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Memory is what a gate's index takes.
type Memory struct {
	Templates int     `json:"n"`
	Bytes     float64 `json:"bytes_per_100k"`
	Payload   float64 `json:"payload_bytes_per_100k"` // of the float32 numbers alone
	Ratio     float64 `json:"ratio"`
}

// Decision is the time from a good frame to the decision, at a gate with so many
// templates; and with OpenCV's dnn and a brute-force search.
type Decision struct {
	Templates int     `json:"n"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	OtherP50  float64 `json:"opencv_p50_ms"`
	OtherP99  float64 `json:"opencv_p99_ms"`
	Ratio     float64 `json:"ratio"` // of the medians
	Frames    int     `json:"frames"`
}

func (b *bencher) gate(ctx context.Context) (m Memory, d Decision, err error) {
	g, err := b.newRows(ctx, min(atGate, b.Largest))
	if err != nil {
		return m, d, err
	}
	before := memoryInUse()
	if err := g.fill(ctx); err != nil {
		return m, d, err
	}
	const per = 100_000
	m = Memory{Templates: g.len(), Payload: 4 * dimension * per}
	m.Bytes = memoryInUse().since(before) / float64(g.len()) * per
	m.Ratio = m.Bytes / m.Payload
	d, err = b.decision(ctx, g)
	return m, d, err
}

func (b *bencher) decision(ctx context.Context, g *gallery) (d Decision, err error) {
	bruteForce := func(q face.Vector) (best, second face.Hit) {
		first, next := g.scan(q)
		return first.hit(), next.hit()
	}
	proven := func(q face.Vector) (best, second face.Hit) { return g.index.Search(q, floor) }
	var ours, other timings
	err = rounds(ctx, b.Each, func(int) error {
		for i, p := range b.pictures {
			if err := ours.add(func() error { return decide(b.see, p.frame, proven, id(i)) }); err != nil {
				return err
			}
			if err := other.add(func() error { return decide(b.other, p.frame, bruteForce, id(i)) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	d = Decision{Templates: g.len(), Frames: len(ours)}
	d.P50, d.P99 = ms(ours.median()), ms(ours.quantile(0.99))
	d.OtherP50, d.OtherP99 = ms(other.median()), ms(other.quantile(0.99))
	d.Ratio = d.OtherP50 / d.P50
	return d, nil
}

// margin is a lead over the second candidate such as a gate asks for.
const margin face.Score = 0.04

// decide does what a lane does with a good frame, and fails when it does not
// find the person.
func decide(see *vision.Analyser, f vision.Frame, search func(face.Vector) (best, second face.Hit), person string) error {
	f.At = time.Now()
	l := look{see: see, frame: f}
	if err := l.all(); err != nil {
		return err
	}
	p := checkin.Presentation{Means: checkin.MeansFace, Seen: f.At, Live: l.live >= vision.LiveFrom, Verdict: checkin.VerdictUnknown}
	if best, second := search(l.template); len(l.measures.Reasons(vision.ForLane)) == 0 && best.Score-second.Score >= margin {
		p.Verdict, p.Holder = checkin.VerdictKnown, checkin.HolderID(best.ID)
		p.Credentials = []checkin.Credential{{Holder: p.Holder}}
	}
	checkin.Decide(time.Now(), checkin.Standing{Event: checkin.Event{Policy: checkin.DefaultPolicy}, Served: true, Online: true}, p)
	if string(p.Holder) != person {
		return fmt.Errorf("frame of %s: the search found %q", person, p.Holder)
	}
	return nil
}
