package vision

import (
	"math"
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
		"nothing stays nothing":           {Strength{2, 0.5}, face.Vector{0, 0}, 0},
	} {
		row.strength.even(row.raw)
		if got := face.Length(row.raw); math.Abs(got-row.want) > 1e-6 {
			t.Errorf("%s: length %v, want %v", name, got, row.want)
		}
	}
}
