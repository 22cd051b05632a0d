package face

import "math"

// Calibration describes the upper tail of a model's non-mated scores. The
// threshold for a gallery follows from it: the chance that one of n comparisons
// with strangers exceeds t grows with n, and in the tail the score that is
// exceeded with chance p rises linearly with log10(1/p).
type Calibration struct {
	Intercept float64 `yaml:"intercept"`
	Slope     float64 `yaml:"slope"`  // score per factor of ten
	Floor     Score   `yaml:"floor"`  // lowest threshold ever used, however small the gallery
	Margin    Score   `yaml:"margin"` // least lead of the best candidate over the second
}

// Threshold returns the lowest score that counts as a match in a gallery of n
// templates when the share fpir of strangers may be taken for somebody.
func (c Calibration) Threshold(n int, fpir float64) Score {
	t := Score(c.Intercept + c.Slope*math.Log10(float64(max(n, 1))/fpir))
	return min(max(t, c.Floor), 1)
}
