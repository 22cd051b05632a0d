package lane

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
)

// Whatever is wrong with a face, the screen says the same: nobody in the queue
// can read a reason there.
func TestNoFaceIsAccused(t *testing.T) {
	for name, wrong := range map[string]func(*checkin.Presentation){
		"a stranger":         func(p *checkin.Presentation) { p.Verdict = checkin.VerdictUnknown },
		"two candidates":     func(p *checkin.Presentation) { p.Verdict = checkin.VerdictAmbiguous },
		"any other verdict":  func(p *checkin.Presentation) { p.Verdict = "unheard-of" },
		"an attack":          func(p *checkin.Presentation) { p.Live = false },
		"without any ticket": func(p *checkin.Presentation) { p.Credentials = nil },
	} {
		t.Run(name, func(t *testing.T) {
			m := New(Config{ClosedLoop: true})
			m.Step(at(0), BoardUp{})
			p := shows("a", checkin.MeansFace, at(0))
			wrong(&p.Presentation)
			for _, c := range m.Step(at(0), p) {
				switch c := c.(type) {
				case Record:
					if c.Admission.Outcome != checkin.Denied {
						t.Errorf("%s is %s", name, c.Admission.Outcome)
					}
				case Show:
					if c.Screen != ScreenTicket {
						t.Errorf("the screen shows %q", c.Screen)
					}
				default:
					t.Errorf("%T is ordered", c)
				}
			}
			if m.State() != Ready {
				t.Errorf("the lane is %s", m.State())
			}
		})
	}
}
