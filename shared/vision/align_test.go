package vision

import (
	"bytes"
	"image"
	"math"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func template(t *testing.T, a *Analyser, f Frame) face.Vector {
	t.Helper()
	faces := detect(t, a, f)
	if len(faces) == 0 {
		t.Fatal("no face")
	}
	if _, err := a.Measure(f, faces[0]); err != nil {
		t.Fatal(err)
	}
	v, err := a.Features(nil, f, faces[0])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A camera that writes its next frame into the same memory is not taken for
// the frame before.
func TestFramesInTheSameMemory(t *testing.T) {
	_, a := open(t, "")
	first, second := scene(t, a, 640, 480), scene(t, a, 640, 480)
	for row := range slices.Chunk(second.Pix, 3*second.Width) { // moved by a few pixels
		copy(row, bytes.Clone(row[3*5:]))
	}
	_, other := open(t, "")
	want := template(t, other, second)
	before := template(t, a, first)
	copy(first.Pix, second.Pix)
	got := template(t, a, first)
	if !slices.Equal(got, want) {
		t.Errorf("cosine with the template of the same pixels is %.4f, want the same bits", face.Compare(got, want))
	}
	if slices.Equal(got, before) {
		t.Error("the template is still the first frame's")
	}
}

// Two faces of one frame do not share an alignment.
func TestFacesOfOneFrame(t *testing.T) {
	_, a := open(t, "")
	f := sample(t, 3)
	faces := detect(t, a, f)
	for i := range faces {
		m, err := a.Measure(f, faces[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Features(nil, f, faces[(i+1)%len(faces)]); err != nil {
			t.Fatal(err)
		}
		again, err := a.Measure(f, faces[i])
		if err != nil || m != again {
			t.Errorf("face %d measures %+v, then %+v (%v)", i, m, again, err)
		}
	}
}

func TestFaceOutsideTheFrame(t *testing.T) {
	_, a := open(t, "")
	f := Frame{Width: 640, Height: 480, Pix: make([]byte, 3*640*480)}
	for name, points := range map[string][5]Point{
		"nowhere":  {},
		"far away": {{9000, 9000}, {9200, 9000}, {9100, 9100}, {9030, 9200}, {9170, 9200}},
	} {
		if _, err := a.Features(nil, f, Face{Box: image.Rect(0, 0, 9, 9), Points: points}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A face at the very edge, landmarks that are no numbers, a picture of a few
// pixels: none of them ends the process.
func TestOddFacesAndPictures(t *testing.T) {
	_, a := open(t, "")
	f := sample(t, 3)
	nan := math.NaN()
	for name, found := range map[string]Face{
		"in a corner":       {Box: image.Rect(0, 0, 2, 2), Points: [5]Point{{-9, 1}, {9, 1}, {0, 9}, {-7, 18}, {7, 18}}},
		"no numbers":        {Box: image.Rect(9, 9, 90, 90), Points: [5]Point{{nan, nan}, {nan, 1}, {1, nan}, {2, 3}, {4, 5}}, EyeDistance: nan},
		"larger than large": {Box: f.bounds(), Points: [5]Point{{-1e9, -1e9}, {1e9, -1e9}, {0, 0}, {-1e9, 1e9}, {1e9, 1e9}}},
	} {
		m, err := a.Measure(f, found)
		if err == nil && len(m.Reasons(ForLane)) == 0 {
			t.Errorf("%s: fit for a lane: %+v", name, m)
		}
	}
	for _, side := range []int{1, 2, 3, 7} {
		if _, err := a.Search(Frame{Width: side, Height: side, Pix: make([]byte, 3*side*side)}); err != nil {
			t.Errorf("%d pixels wide: %v", side, err)
		}
	}
}

func TestHalvedSimilarity(t *testing.T) {
	s := similarity{a: 0.2, b: -0.1, tx: 12, ty: 34}
	half := s.halved(image.Pt(40, 60))
	// The four pixels from (50, 80) become the one at (5, 10).
	want, got := s.apply(Point{50.5, 80.5}), half.apply(Point{5, 10})
	if dx, dy := got.X-want.X, got.Y-want.Y; dx*dx+dy*dy > 1e-18 {
		t.Errorf("the pixel goes to %v, want %v", got, want)
	}
}
