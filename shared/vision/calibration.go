package vision

import (
	"math"

	"github.com/openstile/stile/shared/face"
)

// Calibration describes the upper tail of a recogniser's non-mated scores. The
// best of N non-mated scores grows with the logarithm of N, so the threshold
// for a wanted rate is a line over log10(N/FPIR).
type Calibration struct {
	Intercept float64 `yaml:"intercept"`
	Slope     float64 `yaml:"slope"`
	Floor     float64 `yaml:"floor"` // never below, however small the gallery
}

// Threshold returns the score from which a gallery of n templates identifies a
// person who is not in it at most with probability fpir.
func (c Calibration) Threshold(n int, fpir float64) face.Score {
	return face.Score(max(c.Floor, c.Intercept+c.Slope*math.Log10(float64(max(n, 1))/fpir)))
}
