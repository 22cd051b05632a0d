package vision

import (
	"fmt"
	"math"

	"github.com/openstile/stile/shared/face"
)

// Strength evens out scores. A recogniser's raw features are short for a face
// that it can hardly read (turned away, covered) and long for a striking one,
// and striking faces are alike: strangers who grin score high with each other, a
// covered face scores low with everybody, itself included. Raw features of
// length l therefore become a vector of length (Least/l)^Power, and of length 1
// from Least down, so that one threshold suits all.
type Strength struct {
	Least float64 `yaml:"least"` // length of raw features that hardly any face is below
	Power float64 `yaml:"power"` // 0 for vectors of length 1
}

// even gives the mean raw features of a face their length, in place. Those of no
// length, or of no finite one, are an error: a gallery cannot hold them.
func (s Strength) even(v face.Vector) error {
	strength := face.Length(v)
	if !(strength > 0 && strength <= math.MaxFloat32) {
		return fmt.Errorf("the recogniser's output has length %g", strength)
	}
	face.Normalise(v)
	if s.Power == 0 {
		return nil
	}
	scale := float32(math.Pow(s.Least/max(strength, s.Least), s.Power))
	for i := range v {
		v[i] *= scale
	}
	return nil
}
