package vision

import (
	"errors"
	"image"
	"slices"
	"testing"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/face"
)

func TestEnrolRefusesWithReasons(t *testing.T) {
	_, a := open(t, "")
	good := portrait(t, a, 3, image.Pt(1186, 350), 1)
	for _, tt := range []struct {
		name  string
		photo Frame
		want  string
	}{
		{"a wall", edit(t, good, exposed(0, 150)), "no_face"},
		{"three people", sample(t, 1), "several_faces"},
		{"a tiny face", edit(t, good, scaled(0.25)), "too_small"},
		{"out of focus", edit(t, good, blurred(6)), "blurred"},
		{"at night", edit(t, good, exposed(0.6, -80)), "too_dark"},
		{"in glaring sun", edit(t, good, exposed(1.7, 40)), "too_bright"},
		{"through fog", edit(t, good, exposed(0.3, 100)), "low_contrast"},
		{"half outside", edit(t, good, part(0.38, 0, 1, 1)), "cropped"},
		{"with eyes closed", portrait(t, a, 2, image.Pt(1542, 277), 0.7), "eyes_closed"},
		{"lying down", edit(t, portrait(t, a, 1, image.Pt(1572, 320), 1), turned(-12)), "tilted"},
		{"in profile", portrait(t, a, 2, image.Pt(447, 269), 1), "turned_away"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := a.Enrol(tt.photo)
			var r *Rejection
			if !errors.As(err, &r) {
				t.Fatalf("error is %v, want a rejection", err)
			}
			if !slices.Contains(codes(r.Reasons), tt.want) {
				t.Errorf("reasons are %v, want %s", codes(r.Reasons), tt.want)
			}
			for _, reason := range r.Reasons {
				if reason.Hint == "" {
					t.Errorf("%s has no hint", reason.Code)
				}
			}
		})
	}
}

// However a photo of one person is framed, it enrols and gives the same face.
func TestEnrolFraming(t *testing.T) {
	_, a := open(t, "")
	at := image.Pt(1186, 350) // the middle of sample 3
	good := portrait(t, a, 3, at, 0.7)
	want, err := a.Enrol(good)
	if err != nil {
		t.Fatal(err)
	}
	if n := face.Length(want.Template); n < 0.7 || n > 1 {
		t.Errorf("the template's length is %.5f, want a little below 1", n)
	}
	if q := want.Measures.Quality(); q <= 0.3 || q > 1 {
		t.Errorf("quality of a good portrait is %.2f", q)
	}
	canvas := func(left, right, top, bottom int) func(gocv.Mat) gocv.Mat {
		return func(m gocv.Mat) gocv.Mat {
			out := gocv.NewMat()
			gocv.CopyMakeBorder(m, &out, top, bottom, left, right, gocv.BorderConstant, grey50)
			return out
		}
	}
	for _, tt := range []struct {
		name  string
		photo Frame
		least face.Score
	}{
		{"face fills the picture", portrait(t, a, 3, at, 0.1), 0.9},
		{"tall portrait", edit(t, good, canvas(0, 0, 600, 900)), 0.9},
		{"small in a wide picture", edit(t, good, canvas(1600, 1900, 900, 800)), 0.9},
		{"small in a corner", edit(t, edit(t, good, scaled(0.5)), canvas(2600, 20, 20, 1700)), 0.9},
		{"large", edit(t, good, scaled(4)), 0.95},
		{"very large", edit(t, good, scaled(6)), 0.95},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := a.Enrol(tt.photo)
			if err != nil {
				t.Fatal(err)
			}
			score := face.Alike(got.Template, want.Template)
			t.Logf("cosine %.3f at %.0f px between the eyes", score, got.Face.EyeDistance)
			if score < tt.least {
				t.Errorf("cosine to the good portrait is %.3f, want %.2f", score, tt.least)
			}
		})
	}
}

// A face of 20 pixels between the eyes is found in an ordinary photo, and fit
// for a lane only.
func TestSmallFace(t *testing.T) {
	_, a := open(t, "")
	small := edit(t, sample(t, 3), scaled(0.24))
	found := 0
	for _, f := range detect(t, a, small) {
		if f.EyeDistance > 19 && f.EyeDistance < 26 {
			found++
		}
	}
	if found != 3 {
		t.Errorf("%d faces of some 20 pixels between the eyes, want 3", found)
	}
}
