package vision

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/checkin"
)

const manifestPath = "../../deploy/models/manifest.yaml"

// open returns an analyser over the real models.
func open(t testing.TB, backend string) (*Models, *Analyser) {
	t.Helper()
	m, err := Open(manifestPath, Options{Backend: backend})
	if err != nil {
		t.Fatalf("%v (run `make setup` first)", err)
	}
	t.Cleanup(func() { closeTo(t, m.Close) })
	a, err := m.NewAnalyser()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeTo(t, a.Close) })
	return m, a
}

func closeTo(t testing.TB, fn func() error) {
	if err := fn(); err != nil {
		t.Error(err)
	}
}

func sampleBytes(t testing.TB, number int) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../.cache/samples", fmt.Sprintf("sample%d.jpg", number)))
	if err != nil {
		t.Fatalf("%v (run `make setup` first)", err)
	}
	return data
}

func sample(t testing.TB, number int) Frame {
	t.Helper()
	f, err := DecodePhoto(sampleBytes(t, number))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func detect(t testing.TB, a *Analyser, f Frame) []Face {
	t.Helper()
	faces, err := a.Detect(f)
	if err != nil {
		t.Fatal(err)
	}
	return faces
}

// portrait cuts the face that holds p out of a sample, with a margin of so many
// boxes around it.
func portrait(t testing.TB, a *Analyser, number int, p image.Point, margin float64) Frame {
	t.Helper()
	f := sample(t, number)
	for _, face := range detect(t, a, f) {
		if p.In(face.Box) {
			box := face.Box
			return edit(t, f, func(m gocv.Mat) gocv.Mat {
				cut := m.Region(box.Inset(-int(margin * float64(box.Dx()))).Intersect(f.bounds()))
				defer cut.Close()
				return cut.Clone()
			})
		}
	}
	t.Fatalf("sample %d has no face at %v", number, p)
	return Frame{}
}

// edit returns what fn makes of a frame.
func edit(t testing.TB, f Frame, fn func(gocv.Mat) gocv.Mat) Frame {
	t.Helper()
	m, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	out := fn(m)
	defer out.Close()
	return Frame{Width: out.Cols(), Height: out.Rows(), Pix: out.ToBytes()}
}

func blurred(sigma float64) func(gocv.Mat) gocv.Mat {
	return func(m gocv.Mat) gocv.Mat {
		out := gocv.NewMat()
		gocv.GaussianBlur(m, &out, image.Point{}, sigma, 0, gocv.BorderReflect101)
		return out
	}
}

func scaled(factor float64) func(gocv.Mat) gocv.Mat {
	return func(m gocv.Mat) gocv.Mat {
		out := gocv.NewMat()
		gocv.Resize(m, &out, image.Point{}, factor, factor, gocv.InterpolationArea)
		return out
	}
}

// exposed multiplies each value and adds an offset.
func exposed(gain, offset float32) func(gocv.Mat) gocv.Mat {
	return func(m gocv.Mat) gocv.Mat {
		out := gocv.NewMat()
		m.ConvertToWithParams(&out, gocv.MatTypeCV8U, gain, offset)
		return out
	}
}

// turned turns a picture about its middle, counter-clockwise, in degrees.
func turned(angle float64) func(gocv.Mat) gocv.Mat {
	return func(m gocv.Mat) gocv.Mat {
		out := gocv.NewMat()
		by := gocv.GetRotationMatrix2D(image.Pt(m.Cols()/2, m.Rows()/2), angle, 1)
		defer by.Close()
		gocv.WarpAffineWithParams(m, &out, by, image.Pt(m.Cols(), m.Rows()), gocv.InterpolationLinear, gocv.BorderReplicate, grey50)
		return out
	}
}

func part(x0, y0, x1, y1 float64) func(gocv.Mat) gocv.Mat {
	return func(m gocv.Mat) gocv.Mat {
		w, h := float64(m.Cols()), float64(m.Rows())
		cut := m.Region(image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h)))
		defer cut.Close()
		return cut.Clone()
	}
}

func codes(reasons []checkin.QualityReason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	slices.Sort(out)
	return out
}
