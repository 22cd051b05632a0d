package face

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

var measured = Calibration{
	Intercept: 0.1, Slope: 0.06, Floor: 0.3, Ceiling: 0.6, Margin: 0.05, Crowd: 0.01,
	Mated: []Quantile{{0.1, 0.5}, {0.5, 0.7}},
}

func TestThreshold(t *testing.T) {
	for _, tt := range []struct {
		n           int
		fpir, shift float64
		want        Score
	}{
		{1, 0.1, 0, 0.3}, // the floor
		{1000, 0.01, 0, 0.4},
		{100_000, 0.01, 0, 0.52},
		{1000, 0.001, 0, 0.46},
		{1000, 0.01, 0.05, 0.45},
		{0, 0.01, 0, 0.3},
		{1, 1e-30, 0, 1},
	} {
		if got := measured.Threshold(tt.n, tt.fpir, tt.shift); math.Abs(float64(got-tt.want)) > 1e-6 {
			t.Errorf("%d templates, FPIR %v, shift %v: %v, want %v", tt.n, tt.fpir, tt.shift, got, tt.want)
		}
	}
}

func TestAttainable(t *testing.T) {
	if !measured.Attainable(100_000, 0.003, 0) {
		t.Error("an ordinary gallery is refused")
	}
	if measured.Attainable(100_000, 0.003, 0.1) {
		t.Error("a gallery of relatives is accepted")
	}
}

func TestMissed(t *testing.T) {
	for _, tt := range []struct {
		t    Score
		want float64
	}{{-1, 0}, {0.5, 0.1}, {0.6, 0.3}, {0.7, 0.5}, {0.85, 0.75}, {1, 1}} {
		if got := measured.Missed(tt.t); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("at %v: %v, want %v", tt.t, got, tt.want)
		}
	}
}

// A gallery whose people come as near to each other as the calibration says has
// no shift; one of relatives has as much as they are nearer.
func TestShift(t *testing.T) {
	const n, relatives = 1000, 0.07
	r := rand.New(rand.NewPCG(1, 1))
	usual, alike := make([]Score, n), make([]Score, n)
	for i := range n {
		// The nearest of n others: exceeded with chance p at the line for p.
		s := Score(measured.line(n-1, 1-r.Float64()) + measured.Crowd)
		usual[i], alike[i] = s, s+relatives
	}
	if got := measured.Shift(usual); got > 0.01 {
		t.Errorf("usual people: shift %v", got)
	}
	if got := measured.Shift(alike); math.Abs(got-relatives) > 0.01 {
		t.Errorf("relatives: shift %v, want %v", got, relatives)
	}
	if got := measured.Shift(alike[:leastCrowd-1]); got != 0 {
		t.Errorf("too few to tell: shift %v", got)
	}
}

func TestCalibrationValidate(t *testing.T) {
	if err := measured.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Calibration){
		"slope":     func(c *Calibration) { c.Slope = 0 },
		"intercept": func(c *Calibration) { c.Intercept = math.NaN() },
		"floor":     func(c *Calibration) { c.Floor = 0 },
		"ceiling":   func(c *Calibration) { c.Ceiling = 1.1 },
		"margin":    func(c *Calibration) { c.Margin = 0 },
		"crowd":     func(c *Calibration) { c.Crowd = 2 },
		"mated:":    func(c *Calibration) { c.Mated = nil },
		"mated[1]":  func(c *Calibration) { c.Mated = []Quantile{{0.5, 0.7}, {0.1, 0.8}} },
	} {
		c := measured
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("%s spoilt: %v", field, err)
		}
	}
}
