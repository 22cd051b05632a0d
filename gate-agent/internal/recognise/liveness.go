package recognise

import (
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/vision"
)

// liveness is whether the frames show a bona fide presentation.
type liveness struct {
	odds  vision.LiveOdds
	looks int
}

// A face that was not found live in this many frames is not let in by it.
const looksToRefuse = 5

// observe takes in the probability that one frame gives.
func (l *liveness) observe(p, weight float64) {
	l.odds.Add(p, weight)
	l.looks++
}

// says tells whether the face is live, and whether the policy lets a decision
// rest on that: one that refuses waits until no single frame can have made the
// difference, or for a few frames; one that warns goes by what was seen so far.
func (l *liveness) says(policy checkin.LivenessMode) (live, certain bool) {
	switch policy {
	case checkin.LivenessOff:
		return true, true
	case checkin.LivenessWarn:
		return l.odds.Sum() >= 0, true
	}
	live = l.odds.Sum() > vision.FrameSays
	return live, live || l.looks >= looksToRefuse
}
