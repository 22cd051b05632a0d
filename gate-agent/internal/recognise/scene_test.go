package recognise

import (
	"image"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

var start = time.Date(2026, 6, 1, 19, 0, 0, 0, time.UTC)

// The frames come at the rate of a slow camera.
const frameTime = time.Second / 12

// Three people who look nothing like each other.
var anna, bert, carl = face.Vector{1, 0, 0, 0}, face.Vector{0, 1, 0, 0}, face.Vector{0, 0, 1, 0}

// A face in the middle of the lane's zone, one at its side, and one behind.
var (
	near    = vision.Face{Box: image.Rect(200, 100, 440, 380), EyeDistance: 90}
	outside = vision.Face{Box: image.Rect(0, 100, 100, 380), EyeDistance: 90}
	far     = vision.Face{Box: image.Rect(300, 200, 340, 250), EyeDistance: 12}
)

// sight is what one frame shows.
type sight struct {
	faces   []vision.Face
	who     face.Vector // whose template the face in the zone gives
	quality float64     // of the frame; not positive is unusable
	live    float64
	ticket  string
}

func seen(who face.Vector) sight {
	return sight{faces: []vision.Face{near}, who: who, quality: 1, live: 1}
}

// but returns the sight with another quality.
func (w sight) but(quality float64) sight { w.quality = quality; return w }

func held(ticket string) sight { return sight{ticket: ticket} }

// scene is one watcher with fakes of everything around it. Without further
// ado it knows anna, clearly, refuses who is not live, and accepts everything.
type scene struct {
	watcher   *Watcher
	now       time.Time
	sight     sight
	policy    checkin.LivenessMode
	surplus   float64 // with which anna is known
	templates int     // made
	judged    int     // frames judged for liveness
	detected  int     // frames searched for faces
	reads     int     // frames searched for tickets
	presented []checkin.Presentation
	guidance  Guidance

	camera  fakeCamera
	see     fakeAnalyser
	tickets fakeTickets
	gallery fakeGallery
	lane    fakeLane
}

func newScene() *scene {
	s := &scene{now: start, policy: checkin.LivenessRefuse, surplus: 1}
	s.see = fakeAnalyser{
		detect: func() ([]vision.Face, error) { s.detected++; return s.sight.faces, nil },
		measure: func() (vision.Measures, error) {
			// Sharpness alone makes the quality: 0.005 is its limit, 0.04 is good.
			return vision.Measures{EyeDistance: 90, Contrast: 50, Visible: 1, Sharpness: 0.005 + 0.035*s.sight.quality}, nil
		},
		features: func(vision.Face) (face.Vector, error) { s.templates++; return slices.Clone(s.sight.who), nil },
		liveness: func() (float64, error) { s.judged++; return s.sight.live, nil },
	}
	s.tickets.read = func() ([]string, error) {
		s.reads++
		if s.sight.ticket == "" {
			return nil, nil
		}
		return []string{s.sight.ticket}, nil
	}
	s.gallery = fakeGallery{
		wanted:     func() (bool, checkin.LivenessMode) { return true, s.policy },
		searchable: func() bool { return true },
		identify: func(probe face.Vector) Found {
			if face.Compare(probe, anna) > 0.9 {
				return Found{Verdict: checkin.VerdictKnown, Holder: "anna", Surplus: s.surplus}
			}
			return Found{Verdict: checkin.VerdictUnknown}
		},
		ticket: func(secret string) Found {
			if secret == "good" {
				return Found{Verdict: checkin.VerdictKnown, Holder: "bert"}
			}
			return Found{Verdict: checkin.VerdictUnknown}
		},
	}
	s.lane = fakeLane{
		accepts: func() bool { return true },
		present: func(p checkin.Presentation) bool { s.presented = append(s.presented, p); return true },
		guide:   func(g Guidance) { s.guidance = g },
	}
	cfg := Config{Zone: Zone{Left: 0.2, Top: 0.05, Right: 0.8, Bottom: 0.95}, MinEyeDistance: 40}
	s.watcher = New(cfg, &s.camera, &s.see, &s.tickets, &s.gallery, &s.lane, slog.New(slog.DiscardHandler))
	return s
}

// look shows n frames of one sight.
func (s *scene) look(t *testing.T, n int, what sight) {
	t.Helper()
	s.sight = what
	for range n {
		s.now = s.now.Add(frameTime)
		if err := s.watcher.frame(vision.Frame{Width: 640, Height: 480, At: s.now}); err != nil {
			t.Fatal(err)
		}
	}
}

// wait lets time pass in which no frame comes.
func (s *scene) wait(d time.Duration) { s.now = s.now.Add(d - frameTime) }

// told checks what the lane was told so far: "means verdict holder", one each.
func (s *scene) told(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, p := range s.presented {
		got = append(got, strings.TrimSpace(string(p.Means)+" "+string(p.Verdict)+" "+string(p.Holder)))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the lane was told %q, want %q", got, want)
	}
}
