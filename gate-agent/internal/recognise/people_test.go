package recognise

import (
	"image"
	"os"
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// group is a picture of three people, of which a camera's frames are cut.
type group struct {
	photo vision.Frame
	faces []vision.Face // of the three
	like  []face.Vector // their templates
}

func newGroup(t *testing.T, see *vision.Analyser) *group {
	t.Helper()
	data, err := os.ReadFile("../../../.cache/samples/sample1.jpg")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	g := &group{}
	if g.photo, err = vision.DecodePhoto(data); err != nil {
		t.Fatal(err)
	}
	if g.faces, err = see.Detect(g.photo); err != nil || len(g.faces) != 3 {
		t.Fatalf("%d faces, %v", len(g.faces), err)
	}
	for _, f := range g.faces {
		v, err := see.Features(nil, g.photo, f)
		if err != nil {
			t.Fatal(err)
		}
		g.like = append(g.like, v)
	}
	return g
}

func middle(f vision.Face) image.Point { return f.Box.Min.Add(f.Box.Max).Div(2) }

// around is the part of the picture that a camera sees whose axis is at p.
func (g *group) around(p image.Point) vision.Frame {
	const width, height = 640, 480
	left := min(max(p.X-width/2, 0), g.photo.Width-width)
	top := min(max(p.Y-height/2, 0), g.photo.Height-height)
	f := vision.Frame{Width: width, Height: height}
	for y := top; y < top+height; y++ {
		f.Pix = append(f.Pix, g.photo.Pix[3*(y*g.photo.Width+left):][:3*width]...)
	}
	return f
}

// Three real people in front of the real models, of whom one is known.
func TestRealPeople(t *testing.T) {
	models, err := vision.Open("../../../deploy/models/manifest.yaml", vision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer models.Close()
	see, err := models.NewAnalyser()
	if err != nil {
		t.Fatal(err)
	}
	defer see.Close()
	g := newGroup(t, see)

	s := newScene()
	s.watcher.see = see
	s.watcher.cfg.Zone = Zone{Right: 1, Bottom: 1}
	searched := 0
	s.gallery.identify = func(probe face.Vector) Found {
		searched++
		var likest, next face.Score
		for _, v := range g.like {
			score := face.Alike(probe, v)
			likest, next = max(likest, score), max(next, min(likest, score))
		}
		if likest < 0.8 || next > 0.4 {
			t.Errorf("a probe is like one by %.2f and like another by %.2f", likest, next)
		}
		if face.Alike(probe, g.like[0]) < 0.5 {
			return Found{Verdict: checkin.VerdictUnknown}
		}
		return Found{Verdict: checkin.VerdictKnown, Holder: "anna", Surplus: 1}
	}
	look := func(frames int, at image.Point) {
		t.Helper()
		for i := range frames {
			f := g.around(at.Add(image.Pt(3*(i%3), 2*(i%2)))) // nobody stands quite still
			s.now = s.now.Add(frameTime)
			f.At = s.now
			if err := s.watcher.frame(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	anna, bert, carl := middle(g.faces[0]), middle(g.faces[1]), middle(g.faces[2])

	look(2, anna)
	if s.told(t, "face known anna"); !s.presented[0].Live {
		t.Error("a living person is called an attack")
	}
	look(2, bert) // from one frame to the next, in her place
	s.wait(lookAgain)
	look(framesToRefuse, bert)
	s.told(t, "face known anna", "face unknown")
	s.wait(2 * trackEnds)
	before := searched
	look(4, bert.Add(carl).Div(2)) // both of them, equally near
	if s.guidance != GuideOne || searched != before {
		t.Errorf("of two people one is searched for, and the screen says %q", s.guidance)
	}
	s.wait(2 * trackEnds)
	look(2, anna)
	s.told(t, "face known anna", "face unknown", "face known anna")
}
