package recognise

import (
	"errors"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Whatever becomes of a frame, its probe and the fused one are gone after it.
func TestNoProbeOutlivesItsFrame(t *testing.T) {
	for name, become := range map[string]func(*scene){
		"known":           func(*scene) {},
		"a stranger":      func(s *scene) { s.sight = seen(bert) },
		"somebody else":   func(s *scene) { s.watcher.served.add(carl, 1) },
		"another name":    func(s *scene) { s.watcher.served.named = "carl" },
		"not clear yet":   func(s *scene) { s.surplus = 0 },
		"answered":        func(s *scene) { s.watcher.served.answered = true; s.wait(lookAgain) },
		"a busy lane":     func(s *scene) { s.lane.present = func(checkin.Presentation) bool { return false } },
		"a failing model": func(s *scene) { s.see.liveness = func() (float64, error) { return 0, errors.New("no") } },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.sight = seen(anna)
			s.surplus = 0
			var made []face.Vector
			features, identify := s.see.features, s.gallery.identify
			s.see.features = func(found vision.Face) (face.Vector, error) {
				v, err := features(found)
				made = append(made, v)
				return v, err
			}
			s.gallery.identify = func(probe face.Vector) Found {
				made = append(made, probe)
				return identify(probe)
			}
			s.look(t, 1, s.sight)
			s.surplus = 1
			become(s)
			s.look(t, 1, s.sight)
			if len(made) < 3 {
				t.Fatalf("%d probes in two frames", len(made))
			}
			for i, v := range made {
				if slices.ContainsFunc(v, func(x float32) bool { return x != 0 }) {
					t.Errorf("probe %d of %d is left", i+1, len(made))
				}
			}
		})
	}
}

// When the last person has gone, the analyser's buffers hold nobody either.
func TestTheAnalyserForgetsWhoHasGone(t *testing.T) {
	s := newScene()
	s.look(t, 2, seen(anna))
	if s.see.wiped {
		t.Fatal("she still stands there")
	}
	s.wait(2 * trackEnds)
	if s.look(t, 1, sight{}); !s.see.wiped {
		t.Error("she is still in the buffers")
	}
}
