package recognise

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
)

// evidence is what the good frames of one face say together. The zero value is
// that nothing is known.
type evidence struct {
	frames int         // good ones
	probes face.Fusion // of them, weighted by quality
	named  checkin.HolderID
	looked time.Time // when the face was measured last

	liveness

	answered bool // the lane has taken the final answer
	refused  bool // the lane has been told that nobody is known
}

const (
	// Two frames whose cosine is less are of different people. Of 97,000 pairs of
	// pictures of different people 12 reached it; of 7,000 pairs of neighbouring
	// frames of one person's way to the gate none was below 0.66, and of 3,900
	// pairs of news pictures of one person, years apart, one in forty.
	otherPerson face.Score = 0.4
)

// differs reports whether a probe is of somebody else.
func (e *evidence) differs(probe face.Vector) bool {
	fused := e.probes.Vector()
	defer face.Wipe(fused)
	return fused != nil && face.Alike(probe, fused) < otherPerson
}

// add takes in the probe of a frame, which counts as much as its quality.
func (e *evidence) add(probe face.Vector, weight float64) {
	e.probes.Add(probe, weight)
	e.frames++
}

// names takes in whom the fused probe names, and reports whether it named nobody
// else before: frames that name different people are evidence of none.
func (e *evidence) names(holder checkin.HolderID) bool {
	if e.named != "" && e.named != holder {
		e.probes.Wipe()
		*e = evidence{frames: e.frames, looked: e.looked, refused: e.refused}
		return false
	}
	e.named = holder
	return true
}

// forget leaves nothing of what was learned.
func (e *evidence) forget() {
	e.probes.Wipe()
	*e = evidence{}
}

const (
	// The search is repeated with every frame, and each time a stranger may be
	// taken for somebody: half of those who may be are left to each.
	repeated = 0.3
	// Frames that count this much together are not made better by one more.
	settled = 1.5
	// What stands in for a whole good frame that is not there yet.
	perFrame = 0.5
)

// asks is the surplus from which the fused probe is known to be of somebody: a
// clear one of a single frame, the clearer the poorer that is, and little once
// the frames agree.
//
// In a gallery of 694, 700 strangers who walked up for nine frames, each of
// which was searched for, were 8, 2 and 1 times taken for somebody where 21, 7
// and 2 may be (FPIR 3, 1 and 0.3 %); 175 strangers shown as four to six
// pictures of different days, much less alike than the frames of one walk, 6, 0
// and 0 times where 5, 2 and 1 may be. Without any surplus it was 33, 8 and 2,
// and 14, 4 and 0 times. Of the people in the gallery who are found, nine in ten
// need a single frame.
func (e *evidence) asks() float64 {
	return repeated + perFrame*max(0, settled-e.probes.Weight())
}
