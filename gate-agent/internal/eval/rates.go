package eval

import (
	"math"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// Rates are the errors at one threshold.
type Rates struct {
	FPIR      float64 // non-mated probes that find somebody
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
	Own             []Rates // at the thresholds that keep this group to each FPIR asked for
	Common          []Rates // at the thresholds that keep everybody together to it
}

// measure computes a group's rates, and those at the thresholds of all others
// that are given. Without probes of either kind they are NaN.
func measure(name string, answers []answer, common []Rates) Group {
	g := Group{Name: name}
	for _, a := range answers {
		switch {
		case !a.mated:
			g.NonMated++
		case a.correct:
			g.Rank1++
			fallthrough
		default:
			g.Mated++
		}
	}
	g.Rank1 /= float64(g.Mated)
	strangers := nonMated(answers)
	for _, fpir := range asked {
		t := threshold(strangers, fpir)
		g.Own = append(g.Own, Rates{fpir, missed(answers, t), t})
	}
	for _, all := range common {
		t := all.Threshold
		g.Common = append(g.Common, Rates{reached(strangers, t), missed(answers, t), t})
	}
	return g
}

// nonMated returns the scores of strangers, ascending.
func nonMated(answers []answer) []face.Score {
	var scores []face.Score
	for _, a := range answers {
		if !a.mated {
			scores = append(scores, a.score)
		}
	}
	slices.Sort(scores)
	return scores
}

// threshold is the lowest that at most a share of the ascending scores reach.
func threshold(scores []face.Score, share float64) face.Score {
	n := len(scores)
	if n == 0 {
		return face.Score(math.NaN())
	}
	allowed := int(share*float64(n) + 1e-9) // 0.003 of 1000 is 3
	if allowed >= n {
		return -1
	}
	return face.Score(math.Nextafter32(float32(scores[n-1-allowed]), 2))
}

// reached is the share of the ascending scores at or above a threshold.
func reached(scores []face.Score, t face.Score) float64 {
	if math.IsNaN(float64(t)) {
		return math.NaN()
	}
	below, _ := slices.BinarySearch(scores, t)
	return float64(len(scores)-below) / float64(len(scores))
}

// missed is the false negative identification rate at a threshold.
func missed(answers []answer, t face.Score) float64 {
	if math.IsNaN(float64(t)) {
		return math.NaN()
	}
	all, misses := 0, 0
	for _, a := range answers {
		if a.mated {
			all++
			if !a.correct || a.score < t {
				misses++
			}
		}
	}
	return float64(misses) / float64(all)
}
