package bench

import (
	"context"
	"slices"
	"time"
)

// timings are the durations of one thing, measured several times.
type timings []time.Duration

// add runs the thing once more.
func (t *timings) add(run func() error) error {
	start := time.Now()
	err := run()
	*t = append(*t, time.Since(start))
	return err
}

// quantile returns the time that a share of the runs did not exceed.
func (t timings) quantile(share float64) time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return sorted[int(share*float64(len(sorted)-1)+0.5)]
}

func (t timings) median() time.Duration { return t.quantile(0.5) }

const leastRounds = 3

// rounds calls round until it has done so for that long. What is compared is
// measured in turns, one round each, so that what else the machine does falls on
// all alike.
func rounds(ctx context.Context, each time.Duration, round func(i int) error) error {
	start := time.Now()
	for i := 0; i < leastRounds || time.Since(start) < each; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := round(i); err != nil {
			return err
		}
	}
	return nil
}

// ms and us are a duration as the report has it.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
