package recognise

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// at is a face of the given width whose middle is at x.
func at(x, width int) vision.Face {
	return vision.Face{Box: image.Rect(x-width/2, 240-width/2, x+width/2, 240+width/2), EyeDistance: float64(width) * 0.4}
}

// Each row is two frames of faces; kept says for each face of the second one
// which of the first it must be: its number, or -1 for somebody new.
func TestATrackGoesOnOnlyWhereItsPersonMustBe(t *testing.T) {
	for name, row := range map[string]struct {
		before, now []vision.Face
		kept        []int
	}{
		"standing":                          {[]vision.Face{at(300, 100)}, []vision.Face{at(310, 102)}, []int{0}},
		"a step":                            {[]vision.Face{at(300, 100)}, []vision.Face{at(340, 110)}, []int{0}},
		"a leap":                            {[]vision.Face{at(300, 100)}, []vision.Face{at(400, 100)}, []int{-1}},
		"side by side":                      {[]vision.Face{at(200, 100), at(400, 100)}, []vision.Face{at(395, 100), at(205, 100)}, []int{1, 0}},
		"cheek to cheek":                    {[]vision.Face{at(250, 100), at(350, 100)}, []vision.Face{at(250, 100), at(350, 100)}, []int{0, 1}},
		"somebody comes":                    {[]vision.Face{at(300, 100)}, []vision.Face{at(300, 100), at(500, 100)}, []int{0, -1}},
		"somebody goes, far away":           {[]vision.Face{at(300, 100), at(500, 100)}, []vision.Face{at(300, 100)}, []int{0}},
		"somebody goes, and who?":           {[]vision.Face{at(300, 100), at(410, 100)}, []vision.Face{at(300, 100)}, []int{-1}},
		"somebody comes out from behind":    {[]vision.Face{at(300, 100)}, []vision.Face{at(300, 100), at(390, 100)}, []int{-1, -1}},
		"two meet":                          {[]vision.Face{at(250, 100), at(350, 100)}, []vision.Face{at(300, 100)}, []int{-1}},
		"one becomes two":                   {[]vision.Face{at(300, 100)}, []vision.Face{at(260, 100), at(340, 100)}, []int{-1, -1}},
		"a small face behind goes":          {[]vision.Face{at(300, 200), at(430, 60)}, []vision.Face{at(300, 200)}, []int{0}},
		"another one, nearer, takes a face": {[]vision.Face{at(300, 60)}, []vision.Face{at(300, 160)}, []int{-1}},
	} {
		t.Run(name, func(t *testing.T) {
			var c crowd
			first := c.follow(start, row.before)
			second := c.follow(start.Add(frameTime), row.now)
			var kept []int
			for _, track := range second {
				kept = append(kept, slices.Index(first, track))
			}
			if !slices.Equal(kept, row.kept) {
				t.Errorf("%v, want %v", kept, row.kept)
			}
		})
	}
}

func TestAFaceThatBlinksIsStillFollowed(t *testing.T) {
	var c crowd
	first := c.follow(start, []vision.Face{at(300, 100)})[0]
	c.follow(start.Add(300*time.Millisecond), nil)
	if again := c.follow(start.Add(trackEnds), []vision.Face{at(310, 100)})[0]; again != first {
		t.Error("it is somebody new")
	}
	c.follow(start.Add(2*trackEnds+time.Millisecond), nil)
	if len(c.tracks) > 0 {
		t.Error("it is followed for ever")
	}
}

// walker is somebody who wanders about in front of the camera.
type walker struct{ x, goal, step, width float64 }

func (p *walker) move(r *rand.Rand) {
	if math.Abs(p.goal-p.x) <= p.step {
		p.goal, p.step = 60+r.Float64()*520, (0.1+r.Float64()*0.4)*p.width
	}
	p.x += math.Copysign(min(p.step, math.Abs(p.goal-p.x)), p.goal-p.x)
	p.width = min(max(p.width*(0.97+r.Float64()*0.06), 70), 110)
}

// visible are those of the people whom nobody hides; the first stands in front.
func visible(people []*walker) (who []int, faces []vision.Face) {
	for i := range people {
		f := at(int(people[i].x), int(people[i].width))
		hidden := slices.ContainsFunc(faces, func(front vision.Face) bool {
			both := front.Box.Intersect(f.Box)
			return 2*both.Dx()*both.Dy() > f.Box.Dx()*f.Box.Dy()
		})
		if !hidden {
			who, faces = append(who, i), append(faces, f)
		}
	}
	return who, faces
}

// However two people walk about, cross and hide each other: their places alone
// tell that they are two, even if they look alike.
func TestNoTrackIsEverOfTwoPeople(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	went := 0
	for range 300 {
		var c crowd
		people := make([]*walker, 2)
		for i := range people {
			people[i] = &walker{x: 100 + 200*float64(i), width: 80 + 20*r.Float64()}
			people[i].goal = people[i].x
		}
		owner := map[*track]int{}
		now := start
		for range 100 {
			for _, p := range people {
				p.move(r)
			}
			who, faces := visible(people)
			now = now.Add(frameTime)
			for i, track := range c.follow(now, faces) {
				if before, known := owner[track]; known && before != who[i] {
					t.Fatalf("a track of %d goes on as %d", before, who[i])
				} else if known {
					went++
				}
				owner[track] = who[i]
			}
		}
	}
	if went < 300*100 {
		t.Errorf("only %d times did a track go on", went)
	}
}

// However many there are, and whatever the detector misses: a frame that does not
// look like the ones before is never fused with them.
func TestNoProbeIsEverOfTwoPeople(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	searched := 0
	for range 100 {
		s := newScene()
		people := []*walker{{x: 100, goal: 100, width: 90}, {x: 300, goal: 300, width: 90}, {x: 500, goal: 500, width: 90}}
		s.lane.present = func(checkin.Presentation) bool { return false } // so that it goes on looking
		var who []int
		s.see.features = func(found vision.Face) (face.Vector, error) {
			i := slices.IndexFunc(s.sight.faces, func(f vision.Face) bool { return f.Box == found.Box })
			return slices.Clone([]face.Vector{anna, bert, carl}[who[i]]), nil
		}
		s.gallery.identify = func(probe face.Vector) Found {
			searched++
			if slices.Max(probe) < 0.999 { // of one of them it would be 1
				t.Fatalf("a probe is of two people: %v", probe)
			}
			return Found{}
		}
		for range 100 {
			for _, p := range people {
				p.move(r)
			}
			what := sight{quality: 1}
			who, what.faces = visible(people)
			if r.IntN(4) == 0 {
				who, what.faces = who[1:], what.faces[1:]
			}
			s.look(t, 1, what)
		}
	}
	if searched < 1000 {
		t.Errorf("only %d probes were searched for", searched)
	}
}
