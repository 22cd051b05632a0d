package vision

import (
	"math"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func TestStrength(t *testing.T) {
	for name, row := range map[string]struct {
		strength Strength
		raw      face.Vector
		want     float64
	}{
		"a striking face is shortened":    {Strength{2, 0.5}, face.Vector{0, 8}, 0.5},
		"a weak one is not":               {Strength{2, 0.5}, face.Vector{2, 0}, 1},
		"nor is one that is hardly there": {Strength{2, 0.5}, face.Vector{0.1, 0}, 1},
		"without a power, all are equal":  {Strength{}, face.Vector{3, 4}, 1},
	} {
		if err := row.strength.even(row.raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := face.Length(row.raw); math.Abs(got-row.want) > 1e-6 {
			t.Errorf("%s: length %v, want %v", name, got, row.want)
		}
	}
}

// One such template in a gallery would turn faces off at every gate.
func TestFeaturesThatAreNoneAreAnError(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, raw := range []face.Vector{{0, 0}, {nan, 1}, {inf, 1}, {1e30, 1}} {
		_, a := open(t, "")
		f := sample(t, 3)
		found := detect(t, a, f)[0]
		a.recogniser.net = saying{a.recogniser.net, raw}
		before := face.Vector{1, 2}
		v, err := a.Features(slices.Grow(before, a.models.Dimension()), f, found)
		if err == nil || !slices.Equal(v, before) {
			t.Errorf("%v: %v, error %v", raw, v, err)
		}
		if left := v[2 : 2+len(raw)]; left[0] != 0 || left[1] != 0 {
			t.Errorf("%v: %v is left in the memory behind", raw, left)
		}
	}
}

// saying is a network whose output is made up.
type saying struct {
	network
	out []float32
}

func (s saying) output(int) []float32 { return s.out }
