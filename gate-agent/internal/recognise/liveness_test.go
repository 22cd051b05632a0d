package recognise

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
)

// judged is a frame of a face: its quality, and the probability that it is live.
type judged struct{ quality, live float64 }

func TestLivenessIsFusedOverTheTrack(t *testing.T) {
	good := func(live ...float64) (frames []judged) {
		for _, p := range live {
			frames = append(frames, judged{1, p})
		}
		return frames
	}
	for name, row := range map[string]struct {
		policy checkin.LivenessMode
		frames []judged // the last one brings the answer
		live   bool
		looked int // of them, judged
	}{
		"a live face":                   {checkin.LivenessRefuse, good(0.95, 0.95), true, 2},
		"one sure frame admits nobody":  {checkin.LivenessRefuse, good(1, 0.3, 0.3, 0.3, 0.3), false, 5},
		"one bad frame refuses nobody":  {checkin.LivenessRefuse, good(0, 0.9, 0.9, 0.9), true, 4},
		"the bad frame comes later":     {checkin.LivenessRefuse, good(0.8, 0, 0.9, 0.9), true, 4},
		"hesitant frames take longer":   {checkin.LivenessRefuse, good(0.7, 0.7, 0.7), true, 3},
		"a picture":                     {checkin.LivenessRefuse, good(0, 0, 0, 0, 0), false, 5},
		"a poor frame says little":      {checkin.LivenessRefuse, []judged{{0.1, 0}, {1, 0.9}, {1, 0.8}}, true, 3},
		"poor frames admit nobody":      {checkin.LivenessRefuse, []judged{{0.2, 1}, {0.2, 1}, {0.2, 1}, {0.2, 1}, {0.2, 1}}, false, 5},
		"a policy that only warns":      {checkin.LivenessWarn, good(0.9), true, 1},
		"a picture, and only a warning": {checkin.LivenessWarn, good(0.1), false, 1},
		"nobody asks":                   {checkin.LivenessOff, good(0), true, 0},
		"a policy of tomorrow":          {"unheard-of", good(0.95, 0.95), true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.policy, s.surplus = row.policy, 2
			for _, f := range row.frames {
				s.told(t)
				what := seen(anna).but(f.quality)
				what.live = f.live
				s.look(t, 1, what)
			}
			s.told(t, "face known anna")
			if s.presented[0].Live != row.live || s.judged != row.looked {
				t.Errorf("live %v after %d judgements, want %v after %d", s.presented[0].Live, s.judged, row.live, row.looked)
			}
		})
	}
}

func TestAStrangersLivenessIsNobodysBusiness(t *testing.T) {
	s := newScene()
	s.look(t, 20, seen(bert))
	if s.told(t, "face unknown"); s.judged > 0 {
		t.Errorf("%d frames of a stranger were judged", s.judged)
	}
}
