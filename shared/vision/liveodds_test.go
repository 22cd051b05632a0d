package vision

import (
	"math"
	"testing"
)

func TestLiveOdds(t *testing.T) {
	capped := 1 / (1 + math.Exp(-FrameSays))
	for name, row := range map[string]struct {
		frames [][2]float64 // liveness, weight
		sum, p float64
	}{
		"none":                        {nil, 0, math.NaN()},
		"one":                         {[][2]float64{{0.75, 1}}, math.Log(3), 0.75},
		"no frame says too much":      {[][2]float64{{1, 1}}, FrameSays, capped},
		"nor too little":              {[][2]float64{{0, 1}}, -FrameSays, 1 - capped},
		"two that differ say nothing": {[][2]float64{{1, 1}, {0, 1}}, 0, 0.5},
		"more frames are surer":       {[][2]float64{{0.75, 1}, {0.75, 1}}, 2 * math.Log(3), 0.75},
		"a poor frame hardly matters": {[][2]float64{{0.75, 1}, {0.25, 0.1}}, 0.9 * math.Log(3), 1 / (1 + math.Exp(-0.9/1.1*math.Log(3)))},
	} {
		var o LiveOdds
		for _, f := range row.frames {
			o.Add(f[0], f[1])
		}
		if got := o.Sum(); math.Abs(got-row.sum) > 1e-9 {
			t.Errorf("%s: %v together, want %v", name, got, row.sum)
		}
		if got := o.Probability(); math.Abs(got-row.p) > 1e-9 || math.IsNaN(got) != math.IsNaN(row.p) {
			t.Errorf("%s: probability %v, want %v", name, got, row.p)
		}
	}
}
