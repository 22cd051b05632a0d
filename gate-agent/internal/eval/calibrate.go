package eval

import (
	"fmt"
	"math"
	"slices"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Calibration is what an evaluation says of the recogniser's scores, for the
// file that the models' manifest names, and how well that is founded.
type Calibration struct {
	vision.Calibration
	Worst           float64 // furthest that a measured threshold lies from the line
	Turned, Stopped float64 // right and wrong candidates whose lead is below the margin
}

// Least of each that a calibration can be founded on: eighths of ten references,
// and a threshold at FPIR 3 % that rests on twelve strangers.
const (
	leastReferences = 80
	leastStrangers  = 400
	leastMated      = 100
)

// Enough tells whether people can be enough for a calibration, before any photo
// is looked at.
func Enough(people []Person, photos int) error {
	references, mated, strangers := 0, 0, 0
	for _, p := range people {
		switch {
		case len(p.Photos) == 1:
			strangers++
		case p.enrols(photos):
			references++
			mated += len(p.Photos) - photos
		}
	}
	return enough(references, mated, strangers)
}

func enough(references, mated, strangers int) error {
	if references < leastReferences || mated < leastMated || strangers < leastStrangers {
		return fmt.Errorf("a calibration needs %d references, %d mated and %d non-mated probes, there are %d, %d and %d",
			leastReferences, leastMated, leastStrangers, references, mated, strangers)
	}
	return nil
}

const (
	// Where a threshold of a small gallery ends: the pairwise false match rate
	// that guidelines for automated border control allow a gate.
	floorFMR = 0.001
	// Above a threshold that misses more single looks than this a face is no way
	// in: a track of two looks that differ then misses a quarter.
	ceilingMissed = 0.5
	// The margin may turn away so many of the right candidates.
	marginTurned = 0.0025
	// The margin is looked for at this FPIR, in these steps.
	marginFPIR, marginStep, marginMost = 0.01, 0.01, 0.1
)

// matedShares are the quantiles of mated scores in the file.
var matedShares = []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5}

// calibrate measures the scores of a trial; answers are what it gave.
func (t trial) calibrate(answers []answer) (Calibration, error) {
	var strangers []face.Vector
	var mated []face.Score // with their own reference
	for _, p := range t.probes {
		switch {
		case p.features == nil: // nothing to be compared
		case p.owner < 0:
			strangers = append(strangers, p.features)
		default:
			mated = append(mated, face.Compare(p.features, t.gallery[p.owner]))
		}
	}
	if err := enough(len(t.gallery), len(mated), len(strangers)); err != nil {
		return Calibration{}, err
	}
	slices.Sort(mated)
	l := fitLine(t.gallery, strangers)
	var c Calibration
	c.Worst = l.worst
	c.Intercept, c.Slope = l.intercept, l.slope
	c.Floor = face.Score(l.at(1, floorFMR))
	c.Ceiling = quantile(mated, ceilingMissed)
	c.Crowd = c.Above(nearestOthers(t.gallery))
	for _, share := range matedShares {
		c.Mated = append(c.Mated, face.Quantile{Share: share, Score: quantile(mated, share)})
	}
	at := threshold(nonMated(answers), marginFPIR)
	for margin := face.Score(marginStep); margin <= marginMost; margin += marginStep {
		turned, stopped := closer(answers, at, margin)
		if turned > marginTurned && c.Margin > 0 {
			break
		}
		c.Margin, c.Turned, c.Stopped = margin, turned, stopped
	}
	if err := c.Validate(); err != nil {
		return c, fmt.Errorf("these photos make no calibration: %w", err)
	}
	return c, nil
}

// quantile is the score below which a share of the ascending scores lies.
func quantile(scores []face.Score, share float64) face.Score {
	return scores[int(share*float64(len(scores)))]
}

// closer returns the shares of right and wrong candidates above a threshold that
// lead the second by less than a margin.
func closer(answers []answer, at, margin face.Score) (right, wrong float64) {
	var all, near [2]int // wrong, right
	for _, a := range answers {
		if a.score < at {
			continue
		}
		kind := 0
		if a.correct {
			kind = 1
		}
		all[kind]++
		if a.score-a.second < margin {
			near[kind]++
		}
	}
	share := func(kind int) float64 { return float64(near[kind]) / math.Max(1, float64(all[kind])) }
	return share(1), share(0)
}

// nearestOthers returns, of each reference, the score with the most alike other.
func nearestOthers(gallery []face.Vector) []face.Score {
	nearest := slices.Repeat([]face.Score{-1}, len(gallery))
	for i, v := range gallery {
		for j, other := range gallery[:i] {
			s := face.Compare(v, other)
			nearest[i], nearest[j] = max(nearest[i], s), max(nearest[j], s)
		}
	}
	return nearest
}
