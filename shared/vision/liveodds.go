package vision

import "math"

// LiveFrom is the least probability of LiveOdds that speaks for a bona fide
// presentation.
const LiveFrom = 0.5

// FrameSays is the most that one frame adds to LiveOdds, a probability of 0.88.
// The model is sure of itself also when it errs: of 2,279 photographs of real
// people one in twenty gets less than 0.05.
const FrameSays = 2

// LiveOdds fuses the Liveness of several frames of one face: it sums their log
// odds, as Wald's sequential test does. The zero value has seen none.
type LiveOdds struct{ sum, weight float64 }

// Add takes in a frame's Liveness, which counts as much as its weight.
func (o *LiveOdds) Add(p, weight float64) {
	o.sum += weight * min(max(math.Log(p/(1-p)), -FrameSays), FrameSays)
	o.weight += weight
}

// Sum is the log odds of all frames together: above FrameSays no single frame
// has made the difference.
func (o LiveOdds) Sum() float64 { return o.sum }

// Probability is what the frames say on average, however many there are; NaN
// without any.
func (o LiveOdds) Probability() float64 { return 1 / (1 + math.Exp(-o.sum/o.weight)) }
