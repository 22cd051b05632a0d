package recognise

import (
	"image"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

func TestGuidance(t *testing.T) {
	two := []vision.Face{at(250, 140), at(420, 130)}
	s := newScene()
	for _, row := range []struct {
		what sight
		want Guidance
	}{
		{sight{}, GuideNone},
		{sight{faces: []vision.Face{far}}, GuideCloser},
		{sight{faces: []vision.Face{far, far}}, GuideCloser},
		{sight{}, GuideNone},
		{sight{faces: two, quality: 1}, GuideOne},
		{sight{faces: []vision.Face{outside}}, GuideNone},
		{sight{faces: []vision.Face{outside, near}, quality: -0.1}, GuideLook},
		{seen(anna), GuideNone},
	} {
		if s.look(t, 1, row.what); s.guidance != row.want {
			t.Errorf("%+v: %q, want %q", row.what, s.guidance, row.want)
		}
		s.wait(2 * trackEnds)
	}
}

// The faces of a, always at 200, and b, at 420, of different sizes: which of
// them is served after each frame?
func TestWhoseTurnItIs(t *testing.T) {
	type frame struct{ a, b int } // widths; 0 is not seen
	for name, row := range map[string]struct {
		frames []frame
		served string // a, b, or - for nobody, after each frame
	}{
		"the larger one":                  {[]frame{{150, 120}}, "a"},
		"neither, of equal ones":          {[]frame{{130, 120}, {120, 130}}, "--"},
		"still who was first":             {[]frame{{120, 0}, {120, 110}, {120, 140}}, "aaa"},
		"another, clearly nearer":         {[]frame{{110, 0}, {110, 120}, {110, 135}, {120, 130}}, "aabb"},
		"who steps forward":               {[]frame{{120, 120}, {145, 120}, {120, 120}}, "-aa"},
		"not the next one while one nods": {[]frame{{150, 100}, {0, 100}, {0, 100}, {150, 100}}, "a--a"},
		"the next one, when one has gone": {[]frame{{150, 110}, {0, 110}, {0, 110}, {0, 110}, {0, 110}}, "a---b"},
		"nobody who is far away":          {[]frame{{90, 60}}, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			var embedded string
			s.see.features = func(found vision.Face) (face.Vector, error) {
				embedded = "b"
				if c := found.Box.Min.Add(found.Box.Max).Div(2); c.X < 300 {
					embedded = "a"
				}
				return slices.Clone(bert), nil
			}
			var served string
			for _, f := range row.frames {
				what := sight{quality: 1}
				for i, width := range []int{f.a, f.b} {
					if width > 0 {
						what.faces = append(what.faces, at(200+220*i, width))
					}
				}
				slices.SortFunc(what.faces, func(a, b vision.Face) int { return b.Box.Dx() - a.Box.Dx() })
				embedded = "-"
				s.look(t, 1, what)
				served += embedded
			}
			if served != row.served {
				t.Errorf("%s, want %s", served, row.served)
			}
		})
	}
}

func TestWhoStepsAsideIsNotServed(t *testing.T) {
	s := newScene()
	for x := 400; x < 560; x += 30 { // the zone ends at 512
		s.look(t, 1, sight{faces: []vision.Face{at(x, 150)}, who: bert, quality: 1})
	}
	s.templates = 0
	s.look(t, 1, sight{faces: []vision.Face{at(550, 150), at(250, 110)}, who: anna, quality: 1, live: 1})
	if s.templates != 1 {
		t.Error("the next one waits for somebody who has gone")
	}
}

// What was learned of one person stays theirs while another is served.
func TestTheOneBeforeIsNotForgotten(t *testing.T) {
	s := newScene()
	back := vision.Face{Box: image.Rect(240, 140, 340, 240), EyeDistance: 40}
	front := vision.Face{Box: image.Rect(400, 140, 540, 300), EyeDistance: 56}
	s.look(t, 1, sight{faces: []vision.Face{back}, who: anna, quality: 1, live: 1})
	s.look(t, framesToRefuse, sight{faces: []vision.Face{front, back}, who: bert, quality: 1})
	s.told(t, "face unknown")
	s.look(t, int(handOver/frameTime)+1, sight{faces: []vision.Face{back}, who: anna, quality: 1, live: 1})
	s.told(t, "face unknown", "face known anna")
	if s.templates != framesToRefuse+2 {
		t.Errorf("%d templates", s.templates)
	}
}
