package recognise

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

func TestWithoutFacesNothingIsDetected(t *testing.T) {
	s := newScene()
	s.look(t, 1, sight{faces: []vision.Face{far}})
	s.gallery.wanted = func() (bool, checkin.LivenessMode) { return false, s.policy }
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
	if len(s.watcher.crowd.tracks) > 0 || s.watcher.served != nil {
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
	s.see.features = func(vision.Face) (face.Vector, error) {
		made = append(made, slices.Clone(anna))
		return made[len(made)-1], nil
	}
	s.look(t, 3, seen(anna))
	s.look(t, 9, sight{})
	s.look(t, 1, sight{faces: []vision.Face{outside}})
	s.watcher.forget()
	for i, v := range made {
		if slices.Max(v) != 0 {
			t.Errorf("probe %d is left in memory", i)
		}
	}
}
