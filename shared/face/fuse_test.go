package face

import (
	"math"
	"slices"
	"testing"
)

func TestFusion(t *testing.T) {
	half := Vector{0.5, 0}
	for name, row := range map[string]struct {
		vectors []Vector
		weights []float64
		want    Vector
	}{
		"one is itself":                {[]Vector{half}, []float64{0.3}, half},
		"between two":                  {[]Vector{{1, 0}, {0, 1}}, []float64{1, 1}, Vector{math.Sqrt2 / 2, math.Sqrt2 / 2}},
		"nearer to the heavier":        {[]Vector{{1, 0}, {0, 1}}, []float64{4, 3}, Vector{0.8, 0.6}},
		"nearer to the shorter":        {[]Vector{{0.75, 0}, {0, 1}}, []float64{1, 1}, Vector{0.7, 0.525}},
		"nothing in a vector of none":  {[]Vector{{0, 0}}, []float64{1}, Vector{0, 0}},
		"the weighted mean of lengths": {[]Vector{{1, 0}, {0.5, 0}}, []float64{1, 3}, Vector{0.625, 0}},
	} {
		var f Fusion
		for i, v := range row.vectors {
			f.Add(v, row.weights[i])
		}
		got := f.Vector()
		for i := range got {
			if math.Abs(float64(got[i]-row.want[i])) > 1e-6 {
				t.Errorf("%s: %v, want %v", name, got, row.want)
				break
			}
		}
	}
}

func TestAnEmptyFusionHasNoVector(t *testing.T) {
	var f Fusion
	if f.Vector() != nil || f.Weight() != 0 {
		t.Error("it has one")
	}
}

func TestFusionWipes(t *testing.T) {
	var f Fusion
	f.Add(Vector{0.6, 0.8}, 1)
	sum := f.sum
	f.Wipe()
	if slices.ContainsFunc(sum, func(x float32) bool { return x != 0 }) || f.Vector() != nil {
		t.Errorf("%v is left", sum)
	}
}

func TestAlikeKnowsNoLength(t *testing.T) {
	a, b := Vector{0.3, 0.4}, Vector{0.6, 0.8}
	if s := Alike(a, b); math.Abs(float64(s)-1) > 1e-6 {
		t.Errorf("%v, want 1", s)
	}
	if s := Alike(a, Vector{0, 0}); s != 0 {
		t.Errorf("with nothing: %v, want 0", s)
	}
}
