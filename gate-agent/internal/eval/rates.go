package eval

import (
	"math"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// Rates are the errors at one threshold.
type Rates struct {
	FPIR      float64 // asked for: non-mated probes that find somebody
	FNIR      float64 // mated probes that do not find themselves first
	Threshold face.Score
}

// asked are the false positive identification rates of every report.
var asked = []float64{0.1, 0.03, 0.01, 0.003}

// Group is what one set of probes gave.
type Group struct {
	Name            string
	Mated, NonMated int
	Rank1           float64
	Rates           []Rates
}

// measure computes a group's rates. Without probes of either kind they are NaN.
func measure(name string, answers []answer) Group {
	g := Group{Name: name}
	var strangers []face.Score
	for _, a := range answers {
		switch {
		case !a.mated:
			strangers = append(strangers, a.score)
		case a.correct:
			g.Rank1++
			fallthrough
		default:
			g.Mated++
		}
	}
	g.NonMated = len(strangers)
	g.Rank1 /= float64(g.Mated)
	slices.Sort(strangers)
	for _, fpir := range asked {
		t := threshold(strangers, fpir)
		g.Rates = append(g.Rates, Rates{fpir, missed(answers, t), t})
	}
	return g
}

// threshold is the lowest that at most the share fpir of the ascending scores
// reach.
func threshold(strangers []face.Score, fpir float64) face.Score {
	n := len(strangers)
	if n == 0 {
		return face.Score(math.NaN())
	}
	allowed := int(fpir*float64(n) + 1e-9) // 0.003 of 1000 is 3
	if allowed >= n {
		return -1
	}
	return face.Score(math.Nextafter32(float32(strangers[n-1-allowed]), 2))
}

// missed is the false negative identification rate at a threshold.
func missed(answers []answer, t face.Score) float64 {
	all, misses := 0, 0
	for _, a := range answers {
		if a.mated {
			all++
			if !a.correct || !(a.score >= t) {
				misses++
			}
		}
	}
	return float64(misses) / float64(all)
}
