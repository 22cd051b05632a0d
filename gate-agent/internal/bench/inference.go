package bench

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/openstile/stile/shared/vision"
)

// Inference is the chain of the four models, each run once, on one thread: as
// gates run it against OpenCV's dnn, and two at the same time against one.
type Inference struct {
	Time     float64 `json:"ms"`
	OpenCV   float64 `json:"opencv_ms"`
	Ratio    float64 `json:"ratio"`
	OneLane  float64 `json:"one_lane_per_s"`
	TwoLanes float64 `json:"two_lanes_per_s"`
	Lanes    float64 `json:"lanes_ratio"`
}

var chain = vision.Runs{Detector: 1, Landmarks: 1, Recogniser: 1, Liveness: 1}

// lanesRun is how long lanes run before it is counted how often they did.
const lanesRun = 300 * time.Millisecond

func (b *bencher) inference(ctx context.Context) (in Inference, err error) {
	second, err := b.models.NewAnalyser()
	if err != nil {
		return in, err
	}
	defer second.Close()
	lanes := []*vision.Bare{b.bare, second.Bare()}
	for _, see := range []*vision.Analyser{second, b.other} { // gives each network an input
		l := look{see: see, frame: b.pictures[0].frame}
		if err := l.all(); err != nil {
			return in, err
		}
	}
	var ours, opencv timings
	err = rounds(ctx, b.Each/2, func(int) error {
		if err := ours.add(func() error { return b.bare.Repeat(chain) }); err != nil {
			return err
		}
		return opencv.add(func() error { return b.otherBare.Repeat(chain) })
	})
	if err != nil {
		return in, err
	}
	in.Time, in.OpenCV = ms(ours.median()), ms(opencv.median())
	in.Ratio = in.OpenCV / in.Time

	var one, two timings
	err = rounds(ctx, b.Each/2, func(int) error {
		for _, m := range []struct {
			lanes []*vision.Bare
			to    *timings
		}{{lanes[:1], &one}, {lanes, &two}} {
			per, err := timePerChain(m.lanes, min(lanesRun, b.Each))
			if err != nil {
				return err
			}
			*m.to = append(*m.to, per)
		}
		return nil
	})
	if err != nil {
		return in, err
	}
	in.OneLane, in.TwoLanes = 1/one.median().Seconds(), 1/two.median().Seconds()
	in.Lanes = in.TwoLanes / in.OneLane
	return in, nil
}

// timePerChain lets the lanes run their chains at the same time and divides it
// by how many there were.
func timePerChain(lanes []*vision.Bare, during time.Duration) (time.Duration, error) {
	perSecond, errs := make([]float64, len(lanes)), make([]error, len(lanes))
	var wg sync.WaitGroup
	for i, lane := range lanes {
		wg.Go(func() {
			start := time.Now()
			for n := 1; errs[i] == nil; n++ {
				errs[i] = lane.Repeat(chain)
				if took := time.Since(start); took >= during {
					perSecond[i] = float64(n) / took.Seconds()
					return
				}
			}
		})
	}
	wg.Wait()
	sum := 0.0
	for _, r := range perSecond {
		sum += r
	}
	return time.Duration(float64(time.Second) / sum), errors.Join(errs...)
}
