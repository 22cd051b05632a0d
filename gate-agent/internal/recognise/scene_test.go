package recognise

import (
	"context"
	"errors"
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
	faces  []vision.Face
	who    face.Vector // whose template the face in the zone gives
	blur   bool
	live   float64
	ticket string
}

func seen(who face.Vector) sight { return sight{faces: []vision.Face{near}, who: who, live: 1} }

func held(ticket string) sight { return sight{ticket: ticket} }

// scene is one watcher with fakes of everything around it. Without further
// ado it knows anna, and accepts everything.
type scene struct {
	watcher   *Watcher
	now       time.Time
	sight     sight
	templates int // made
	detected  int // frames searched for faces
	reads     int // frames searched for tickets
	presented []checkin.Presentation
	guidance  Guidance

	camera  fakeCamera
	see     fakeAnalyser
	tickets fakeTickets
	gallery fakeGallery
	lane    fakeLane
}

func newScene() *scene {
	s := &scene{now: start}
	s.see = fakeAnalyser{
		detect: func() ([]vision.Face, error) { s.detected++; return s.sight.faces, nil },
		measure: func() (vision.Measures, error) {
			m := vision.Measures{EyeDistance: 90, Sharpness: 0.1, Contrast: 50, Visible: 1}
			if s.sight.blur {
				m.Sharpness = 0
			}
			return m, nil
		},
		template: func() (face.Vector, error) { s.templates++; return slices.Clone(s.sight.who), nil },
		liveness: func() (float64, error) { return s.sight.live, nil },
	}
	s.tickets.read = func() ([]string, error) {
		s.reads++
		if s.sight.ticket == "" {
			return nil, nil
		}
		return []string{s.sight.ticket}, nil
	}
	s.gallery = fakeGallery{
		wanted:     func() (bool, bool) { return true, true },
		searchable: func() bool { return true },
		identify: func(probe face.Vector) Found {
			if face.Compare(probe, anna) > 0.9 {
				return Found{Verdict: checkin.VerdictKnown, Holder: "anna"}
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

func TestTwoFramesMakeSomebodyKnown(t *testing.T) {
	s := newScene()
	s.look(t, 1, seen(anna))
	s.told(t)
	s.look(t, 1, seen(anna))
	s.told(t, "face known anna")
	if p := s.presented[0]; !p.Seen.Equal(s.now) || !p.Live {
		t.Errorf("%+v, want the newest frame's time %s, live", p, s.now)
	}
	s.look(t, 20, seen(anna))
	s.told(t, "face known anna")
	s.look(t, 9, sight{}) // away
	s.look(t, 2, seen(anna))
	s.told(t, "face known anna", "face known anna")
}

func TestAStrangerIsToldOnceAndMayBeKnownLater(t *testing.T) {
	s := newScene()
	s.look(t, framesToRefuse-1, seen(bert))
	s.told(t)
	s.look(t, 20, seen(bert))
	s.told(t, "face unknown")
	s.gallery.identify = func(face.Vector) Found { return Found{Verdict: checkin.VerdictKnown, Holder: "bert"} }
	s.look(t, 5, seen(bert))
	s.told(t, "face unknown", "face known bert")
}

func TestNobodyElseIsEmbedded(t *testing.T) {
	for name, what := range map[string]sight{
		"outside the zone": {faces: []vision.Face{outside}, who: anna},
		"too far":          {faces: []vision.Face{far}, who: anna},
		"too blurred":      {faces: []vision.Face{near}, who: anna, blur: true},
		"nobody":           {},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.look(t, 20, what)
			if s.told(t); s.templates != 0 {
				t.Errorf("%d templates were made", s.templates)
			}
		})
	}
	t.Run("beside somebody in the zone", func(t *testing.T) {
		s := newScene()
		s.look(t, 2, sight{faces: []vision.Face{outside, near, far}, who: anna, live: 1})
		if s.told(t, "face known anna"); s.templates != 2 {
			t.Errorf("%d templates of two frames", s.templates)
		}
	})
}

func TestNothingIsEmbeddedWithoutAGallery(t *testing.T) {
	s := newScene()
	searchable := false
	s.gallery.searchable = func() bool { return searchable }
	s.look(t, 20, seen(anna))
	if s.told(t, "face unknown"); s.templates != 0 {
		t.Fatalf("%d templates were made", s.templates)
	}
	// The gallery arrives: the frames before say nothing about who stands there,
	// nor about whether they are alive.
	searchable = true
	s.look(t, 1, seen(anna))
	s.told(t, "face unknown")
	s.look(t, 1, seen(anna))
	s.told(t, "face unknown", "face known anna")
	if !s.presented[1].Live {
		t.Error("a live person counts as an attack")
	}
}

func TestAnotherPersonStartsAnew(t *testing.T) {
	for name, change := range map[string]func(*sight){
		"in the same place": func(*sight) {},
		"somewhere else":    func(w *sight) { w.faces = []vision.Face{{Box: image.Rect(420, 300, 560, 460), EyeDistance: 60}} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.look(t, 1, seen(anna))
			next := seen(bert)
			change(&next)
			s.look(t, framesToRefuse-1, next)
			s.told(t)
			s.look(t, 1, next)
			s.told(t, "face unknown")
			s.look(t, 2, seen(anna))
			s.told(t, "face unknown", "face known anna")
		})
	}
}

func TestAPersonWhoComesBackIsNew(t *testing.T) {
	s := newScene()
	s.look(t, 1, seen(anna))
	s.now = s.now.Add(trackEnds)
	s.look(t, 1, seen(anna))
	s.told(t)
	s.look(t, 1, seen(anna))
	s.told(t, "face known anna")
}

func TestABusyLaneIsNotTold(t *testing.T) {
	s := newScene()
	busy := true
	s.lane.accepts = func() bool { return !busy }
	s.look(t, 10, seen(anna))
	if s.told(t); s.templates != 0 {
		t.Fatalf("%d templates for a busy lane", s.templates)
	}
	busy = false
	s.look(t, 2, seen(anna))
	s.told(t, "face known anna")
}

func TestALaneThatIsBusyJustThenIsToldAgain(t *testing.T) {
	s := newScene()
	take := s.lane.present
	s.lane.present = func(checkin.Presentation) bool { return false }
	s.look(t, 3, seen(anna))
	s.look(t, 9, sight{})
	s.look(t, 6, seen(carl))
	s.told(t)
	s.lane.present = take
	s.look(t, 1, seen(carl))
	s.told(t, "face unknown")
	s.look(t, 9, held("good"))
	s.told(t, "face unknown", "ticket known bert")
}

func TestATicketIsPresentedOnceWhileItIsHeldUp(t *testing.T) {
	s := newScene()
	s.look(t, 30, held("good"))
	s.told(t, "ticket known bert")
	if p := s.presented[0]; !p.Live || p.Seen.After(start.Add(2*frameTime)) {
		t.Errorf("%+v: want the first frame, live", p)
	}
	s.look(t, 6, sight{}) // a hand shakes
	s.look(t, 6, held("good"))
	s.told(t, "ticket known bert")
	s.look(t, 4, held("bad"))
	s.told(t, "ticket known bert", "ticket unknown")
	s.look(t, 16, sight{})
	s.look(t, 4, held("bad"))
	s.told(t, "ticket known bert", "ticket unknown", "ticket unknown")
}

func TestATicketWaitsForABusyLane(t *testing.T) {
	s := newScene()
	busy := true
	s.lane.accepts = func() bool { return !busy }
	s.look(t, 6, held("good"))
	s.told(t)
	busy = false
	s.look(t, 2, held("good"))
	s.told(t, "ticket known bert")
}

// A ticket that is held up for 0.7 s must be tried several times, whenever it
// comes, and an empty gate must not be searched for tickets on every frame.
func TestTicketsAreReadOftenEnough(t *testing.T) {
	s := newScene()
	const fps12 = 120
	s.look(t, fps12, sight{})
	if s.reads > fps12/2 {
		t.Errorf("%d of %d frames were searched for tickets", s.reads, fps12)
	}
	for phase := range 3 {
		s.look(t, phase, sight{})
		s.reads = 0
		s.look(t, 8, held("good")) // 0.7 s
		if s.reads < 4 {
			t.Errorf("phase %d: a ticket shown for 0.7 s is read %d times", phase, s.reads)
		}
	}
}

func TestWithoutFacesNothingIsDetected(t *testing.T) {
	s := newScene()
	s.look(t, 1, sight{faces: []vision.Face{far}})
	s.gallery.wanted = func() (bool, bool) { return false, false }
	s.look(t, 1, seen(anna))
	if s.guidance != GuideNone {
		t.Errorf("the screen still says %q", s.guidance)
	}
	s.look(t, 10, seen(anna))
	s.look(t, 4, held("good"))
	if s.told(t, "ticket known bert"); s.detected != 1 || s.templates != 0 {
		t.Errorf("%d frames searched for faces, %d templates", s.detected, s.templates)
	}
}

func TestLivenessIsTheMeanOfTheTrack(t *testing.T) {
	for _, row := range []struct {
		first, second float64
		live          bool
	}{
		{1, 1, true},
		{0.1, 0.95, true},
		{0.5, 0.5, true},
		{0.1, 0.8, false},
		{0, 0, false},
	} {
		s := newScene()
		what := seen(anna)
		what.live = row.first
		s.look(t, 1, what)
		what.live = row.second
		s.look(t, 1, what)
		s.told(t, "face known anna")
		if s.presented[0].Live != row.live {
			t.Errorf("%g and %g: live %v", row.first, row.second, s.presented[0].Live)
		}
	}
}

func TestGuidance(t *testing.T) {
	s := newScene()
	for _, row := range []struct {
		what sight
		want Guidance
	}{
		{sight{}, GuideNone},
		{sight{faces: []vision.Face{far}}, GuideCloser},
		{sight{faces: []vision.Face{near}, blur: true}, GuideLook},
		{seen(anna), GuideNone},
		{sight{faces: []vision.Face{outside}}, GuideNone},
	} {
		if s.look(t, 1, row.what); s.guidance != row.want {
			t.Errorf("%+v: %q, want %q", row.what, s.guidance, row.want)
		}
	}
}

func TestRunSkipsWhatCannotBeAnalysed(t *testing.T) {
	s := newScene()
	s.sight = seen(anna)
	detect := s.see.detect
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	frames := 0
	s.camera.next = func() (vision.Frame, error) {
		if frames++; frames > 3 {
			cancel()
		}
		s.see.detect = detect
		if frames == 1 {
			s.see.detect = func() ([]vision.Face, error) { return nil, errors.New("a bad frame") }
		}
		s.now = s.now.Add(frameTime)
		return vision.Frame{Width: 640, Height: 480, At: s.now}, nil
	}
	if err := s.watcher.Run(ctx); err != nil {
		t.Fatal(err)
	}
	s.told(t, "face known anna")
	if s.watcher.track != nil {
		t.Error("a track is left behind")
	}
}

func TestRunEndsWithItsCamera(t *testing.T) {
	s := newScene()
	gone := errors.New("gone")
	s.camera.next = func() (vision.Frame, error) { return vision.Frame{}, gone }
	if err := s.watcher.Run(t.Context()); !errors.Is(err, gone) {
		t.Errorf("%v, want %v", err, gone)
	}
}

func TestProbesAreWiped(t *testing.T) {
	s := newScene()
	var made []face.Vector
	s.see.template = func() (face.Vector, error) {
		made = append(made, slices.Clone(anna))
		return made[len(made)-1], nil
	}
	s.look(t, 3, seen(anna))
	made = append(made, s.watcher.track.sum)
	s.look(t, 9, sight{})
	s.look(t, 1, sight{faces: []vision.Face{outside}})
	s.watcher.forget()
	for i, v := range made {
		if slices.Max(v) != 0 {
			t.Errorf("probe %d is left in memory", i)
		}
	}
}
