package gallery

import (
	"math"
	"testing"
	"time"

	"github.com/openstile/stile/shared/face"
)

// The threshold is 0.5, the margin 0.1, and one score in ten as many strangers
// reaches 0.1 more: each row is what a probe has of anna and of bert, and how
// clearly it is anna.
func TestSurplusIsTheLesserOfScoreAndLead(t *testing.T) {
	s := newServer(t, "concert")
	sloping := model
	sloping.Calibration.Slope = 0.1
	g := New(sloping, time.Now, nil)
	g.Serve("concert", s.copyOfKey())
	s.face("e-anna", "anna", axis(0))
	s.face("e-bert", "bert", axis(1))
	g.Resume(1)
	s.putAll(g)
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		anna, bert float32
		want       float64
	}{
		{1, 0, 5},
		{0.7, 0, 2},
		{0.7, 0.5, 1},
		{0.65, 0.3, 1.5},
		{0.501, 0, 0.01},
	} {
		probe := face.Vector{row.anna, row.bert, 0, 0, 0, 0, 0, 0}
		probe[7] = float32(math.Sqrt(float64(1 - row.anna*row.anna - row.bert*row.bert)))
		finds(t, g, probe, "anna")
		if got := g.Identify(probe, 0.01).Surplus; math.Abs(got-row.want) > 0.05 { // templates are stored in bytes
			t.Errorf("%g of anna and %g of bert: %g, want %g", row.anna, row.bert, got, row.want)
		}
	}
}
