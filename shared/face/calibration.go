package face

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Calibration is what was measured of a recogniser's scores: how high strangers
// reach, and how low the enrolled fall. Thresholds follow from it: the chance
// that one of n comparisons with strangers exceeds t grows with n, and in the
// tail the score that is exceeded with chance p rises linearly with log10(1/p).
type Calibration struct {
	Intercept float64 `yaml:"intercept"`
	Slope     float64 `yaml:"slope"`   // score per factor of ten
	Floor     Score   `yaml:"floor"`   // lowest threshold ever used, however small the gallery
	Ceiling   Score   `yaml:"ceiling"` // a higher threshold would miss too many to be of use
	Margin    Score   `yaml:"margin"`  // least lead of the best candidate over the second
	// Crowd is how much higher than strangers at a lane the enrolled come to
	// each other; negative for lower.
	Crowd float64 `yaml:"crowd"`
	// Mated are quantiles of the scores that enrolled people reach with their
	// own reference, ascending in both fields.
	Mated []Quantile `yaml:"mated"`
}

// Quantile says that a share of all scores is below Score.
type Quantile struct {
	Share float64 `yaml:"share"`
	Score Score   `yaml:"score"`
}

// Validate names the first field that makes no sense.
func (c Calibration) Validate() error {
	switch {
	case !(c.Slope > 0 && c.Slope <= 1):
		return fmt.Errorf("slope: %v is not in 0..1", c.Slope)
	case !(math.Abs(c.Intercept) <= 1) || c.Intercept == 0: // which no measurement gives
		return fmt.Errorf("intercept: %v is not in -1..1, without 0", c.Intercept)
	case !(c.Ceiling > 0 && c.Ceiling <= 1):
		return fmt.Errorf("ceiling: %v is not above 0 and at most 1", c.Ceiling)
	case !(c.Floor > 0 && c.Floor < c.Ceiling):
		return fmt.Errorf("floor: %v is not above 0 and below the ceiling (%v)", c.Floor, c.Ceiling)
	case !(c.Margin > 0 && c.Margin <= 0.5):
		return fmt.Errorf("margin: %v is not above 0 and at most 0.5", c.Margin)
	case !(math.Abs(c.Crowd) <= 0.5):
		return fmt.Errorf("crowd: %v is not in -0.5..0.5", c.Crowd)
	}
	if len(c.Mated) == 0 {
		return errors.New("mated: has no quantiles")
	}
	for i, q := range c.Mated {
		if !(q.Share > 0 && q.Share < 1 && q.Score >= -1 && q.Score <= 1) ||
			i > 0 && (q.Share <= c.Mated[i-1].Share || q.Score < c.Mated[i-1].Score) {
			return fmt.Errorf("mated[%d]: share %v and score %v do not ascend within 0..1", i, q.Share, q.Score)
		}
	}
	return nil
}

// Threshold returns the lowest score that counts as a match in a gallery of n
// templates when the share fpir of strangers may be taken for somebody. shift is
// how much more alike this gallery's people are than those of the calibration
// (see Shift); 0 where that is unknown.
func (c Calibration) Threshold(n int, fpir, shift float64) Score {
	t := Score(c.line(n, fpir) + shift)
	return min(max(t, c.Floor), 1)
}

func (c Calibration) line(n int, fpir float64) float64 {
	return c.Intercept + c.Slope*math.Log10(float64(max(n, 1))/fpir)
}

// Attainable reports whether faces are of use at that threshold: above the
// ceiling too few people would be recognised, below it more strangers would be.
func (c Calibration) Attainable(n int, fpir, shift float64) bool {
	return c.Threshold(n, fpir, shift) <= c.Ceiling
}

// Missed estimates the share of enrolled people whom a single frame misses at
// threshold t, between the measured quantiles.
func (c Calibration) Missed(t Score) float64 {
	low := Quantile{0, -1}
	for _, high := range append(slices.Clone(c.Mated), Quantile{1, 1}) {
		if t <= high.Score {
			return low.Share + (high.Share-low.Share)*float64((t-low.Score)/(high.Score-low.Score))
		}
		low = high
	}
	return 1
}

const (
	// crowdShare is the share of a gallery's people whose nearest other is
	// compared with the calibration. In random hundreds of one gallery the score
	// at a tenth wavered by 0.016, at a quarter by 0.010 (0.004 in three hundred);
	// at a half it no longer lay on the line.
	crowdShare = 0.25
	// leastCrowd is the gallery from which that wavering is smaller than a shift
	// worth acting upon.
	leastCrowd = 100
)

// Shift estimates how much more alike the people of a gallery are than those of
// the calibration, from the score of each with its nearest other. It is never
// negative, and 0 for a gallery that is too small to tell. nearest is reordered.
func (c Calibration) Shift(nearest []Score) float64 {
	if len(nearest) < leastCrowd {
		return 0
	}
	return max(0, c.Above(nearest)-c.Crowd)
}

// Above is how much higher than strangers at a lane the people of a gallery come
// to each other, from the score of each with its nearest other; of the
// calibration's own gallery it is Crowd. There must be two people or more.
// nearest is reordered.
func (c Calibration) Above(nearest []Score) float64 {
	n := len(nearest)
	slices.Sort(nearest)
	reached := float64(nearest[n-1-int(crowdShare*float64(n))])
	return reached - c.line(n-1, crowdShare)
}

// lookAlikes is the share of a gallery's people who would be called look-alikes
// by chance: about three in a thousand, and every true pair of twins.
const lookAlikes = 0.003

// LookAlike returns the score from which two references of a gallery of n are so
// alike that a face alone must not tell them apart.
func (c Calibration) LookAlike(n int, shift float64) Score {
	return c.Threshold(n, lookAlikes, shift+c.Crowd)
}
