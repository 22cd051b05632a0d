package app

import (
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/gate-agent/internal/gallery"
	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

// Each row follows the one before: a condition goes when its reason does.
func TestArm(t *testing.T) {
	model := gallery.Model{ID: "m", Dimension: 8, Calibration: face.Calibration{Intercept: 0.1, Slope: 0.1, Ceiling: 0.35}}
	a := &App{health: health.New(time.Now), gallery: gallery.New(model, time.Now, nil)}
	served := func(match checkin.MatchMode, fpir float64) checkin.Standing {
		return checkin.Standing{Served: true, Event: checkin.Event{ID: "gala", Policy: checkin.Policy{Match: match, FPIR: fpir}}}
	}
	for _, row := range []struct {
		name     string
		standing checkin.Standing
		want     bool
	}{
		{"well within reach", served(checkin.MatchIdentify, 0.01), true},
		{"too strict an event", served(checkin.MatchIdentify, 0.001), false},
		{"tickets only", served(checkin.MatchNone, 0.001), true},
		{"too strict again", served(checkin.MatchIdentify, 0.001), false},
		{"a laxer event", served(checkin.MatchIdentify, 0.01), true},
		{"no event", checkin.Standing{}, true},
	} {
		if got := a.arm(row.standing, wire.GalleryStatus{Faces: 12}); got != row.want {
			t.Errorf("%s: armed %v", row.name, got)
		}
		conditions := a.health.Gate().List()
		if shown := len(conditions) == 1 && conditions[0].Name == health.FaceNotArmed; shown == row.want {
			t.Errorf("%s: conditions %+v", row.name, conditions)
		}
		if !row.want && !strings.Contains(conditions[0].Text, "among 12 enrolled faces") {
			t.Errorf("%s: the condition says %q", row.name, conditions[0].Text)
		}
	}
}
