package recognise

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// An event that does not look at liveness decides as soon as it is certain who
// stands there: on the first frame if that is good and clear.
func TestFramesUntilSomebodyIsKnown(t *testing.T) {
	for _, row := range []struct {
		surplus, quality float64
		frames           int // 0: they are asked for the ticket
	}{
		{0.56, 1, 1},
		{0.54, 1, 2},
		{0.31, 1, 2},
		{0.29, 1, 0},
		{0.81, 0.5, 1},
		{0.79, 0.5, 2},
		{0.54, 0.5, 3},
		{1.10, 0, 1}, // at the limit
		{1.00, 0, 2},
		{0.50, 0, 0},
	} {
		s := newScene()
		s.policy, s.surplus = checkin.LivenessOff, row.surplus
		if row.frames == 0 {
			s.look(t, 20, seen(anna).but(row.quality))
			s.told(t, "face unknown")
			continue
		}
		s.look(t, row.frames-1, seen(anna).but(row.quality))
		s.told(t)
		s.look(t, 1, seen(anna).but(row.quality))
		s.told(t, "face known anna")
		if p := s.presented[0]; !p.Seen.Equal(s.now) {
			t.Errorf("%+v, want the newest frame's time %s", p, s.now)
		}
	}
}

func TestAnAnswerIsGivenOnce(t *testing.T) {
	s := newScene()
	s.look(t, 2, seen(anna))
	s.told(t, "face known anna")
	s.look(t, 24, seen(anna)) // two seconds
	s.told(t, "face known anna")
	if s.templates > 2+4 || s.judged != 2 {
		t.Errorf("%d templates, %d judgements of somebody who has their answer", s.templates, s.judged)
	}
	s.wait(comesBack)
	s.look(t, 2, seen(anna))
	s.told(t, "face known anna", "face known anna")
}

// Who has passed is not taken for the next one, however fast they leave.
func TestWhoLeavesInAHurryIsNotAnsweredAgain(t *testing.T) {
	s := newScene()
	s.look(t, 2, seen(anna))
	for _, x := range []int{360, 470, 200} {
		away := seen(anna)
		away.faces = []vision.Face{at(x, 100)}
		s.look(t, 5, away)
	}
	s.told(t, "face known anna")
	s.look(t, framesToRefuse, seen(bert))
	s.told(t, "face known anna", "face unknown")
}

func TestAStrangerIsToldOnceAndMayBeKnownLater(t *testing.T) {
	s := newScene()
	s.look(t, framesToRefuse-1, seen(bert))
	s.told(t)
	s.look(t, 25, seen(bert))
	s.told(t, "face unknown")
	if s.templates > framesToRefuse+5 {
		t.Errorf("%d templates of a stranger in two and a half seconds", s.templates)
	}
	s.gallery.identify = func(face.Vector) Found {
		return Found{Verdict: checkin.VerdictKnown, Holder: "bert", Surplus: 1}
	}
	s.wait(lookAgain)
	s.look(t, 2, seen(bert))
	s.told(t, "face unknown", "face known bert")
}

func TestFramesThatNameDifferentPeopleNameNobody(t *testing.T) {
	s := newScene()
	s.policy = checkin.LivenessOff
	searches := 0
	s.gallery.identify = func(face.Vector) Found {
		searches++
		return Found{Verdict: checkin.VerdictKnown, Holder: []checkin.HolderID{"one", "other"}[searches%2], Surplus: 0.4}
	}
	s.look(t, 20, seen(anna))
	s.told(t, "face unknown")
}

// Whatever else a search says, the lane hears it once, and decides.
func TestAnyOtherVerdictIsPassedOn(t *testing.T) {
	for _, verdict := range []checkin.Verdict{checkin.VerdictAmbiguous, "unheard-of"} {
		s := newScene()
		s.gallery.identify = func(face.Vector) Found { return Found{Verdict: verdict, Surplus: 5} }
		s.look(t, framesToRefuse-1, seen(anna))
		s.told(t)
		s.look(t, 20, seen(anna))
		if s.told(t, "face "+string(verdict)); s.judged > 0 {
			t.Errorf("the liveness of %d frames was judged", s.judged)
		}
	}
}

func TestNobodyElseIsEmbedded(t *testing.T) {
	for name, what := range map[string]sight{
		"outside the zone": {faces: []vision.Face{outside}, who: anna},
		"too far":          {faces: []vision.Face{far}, who: anna},
		"too blurred":      seen(anna).but(-0.1),
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
		s.look(t, 2, sight{faces: []vision.Face{outside, near, far}, who: anna, quality: 1, live: 1})
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
	s.wait(lookAgain)
	s.look(t, 1, seen(anna))
	s.told(t, "face unknown")
	s.look(t, 1, seen(anna))
	s.told(t, "face unknown", "face known anna")
	if !s.presented[1].Live {
		t.Error("a live person counts as an attack")
	}
}

func TestAnotherPersonInTheSamePlaceStartsAnew(t *testing.T) {
	s := newScene()
	s.look(t, 1, seen(anna))
	s.look(t, framesToRefuse-1, seen(bert))
	s.told(t)
	s.look(t, 1, seen(bert))
	s.told(t, "face unknown")
	s.wait(lookAgain)
	s.look(t, 2, seen(anna))
	s.told(t, "face unknown", "face known anna")
	s.wait(lookAgain)
	s.look(t, framesToRefuse, seen(carl))
	s.told(t, "face unknown", "face known anna", "face unknown")
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
