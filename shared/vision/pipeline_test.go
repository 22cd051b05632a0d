package vision

import (
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/face"
)

// scene is a frame of a camera with one person in it.
func scene(t testing.TB, a *Analyser, width, height int) Frame {
	t.Helper()
	person := portrait(t, a, 3, image.Pt(1186, 350), 1)
	return edit(t, person, func(m gocv.Mat) gocv.Mat {
		small, out := gocv.NewMat(), gocv.NewMat()
		defer small.Close()
		side := image.Pt(height*m.Cols()/m.Rows(), height)
		gocv.Resize(m, &small, side, 0, 0, gocv.InterpolationArea)
		left := (width - side.X) / 2
		gocv.CopyMakeBorder(small, &out, 0, 0, left, width-side.X-left, gocv.BorderConstant, grey50)
		return out
	})
}

// look is all that a lane asks of a frame with one face. It returns the probe,
// in the caller's memory.
func look(t testing.TB, a *Analyser, f Frame, probe face.Vector) face.Vector {
	faces, err := a.Detect(f)
	if err != nil || len(faces) != 1 {
		t.Fatalf("%d faces, error %v", len(faces), err)
	}
	if _, err := a.Measure(f, faces[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Liveness(f, faces[0]); err != nil {
		t.Fatal(err)
	}
	probe, err = a.Features(probe[:0], f, faces[0])
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

func TestLookAllocatesNothing(t *testing.T) {
	_, a := open(t, BackendONNXRuntime)
	for _, size := range []image.Point{{640, 480}, {1280, 720}} {
		f := scene(t, a, size.X, size.Y)
		probe := look(t, a, f, nil)
		if n := testing.AllocsPerRun(20, func() { probe = look(t, a, f, probe) }); n != 0 {
			t.Errorf("a frame of %v allocates %v times", size, n)
		}
	}
}

// BenchmarkPipeline measures all that a lane asks of a frame, against the bare
// runs of the models inside it: by turns, so that both see the same machine.
func BenchmarkPipeline(b *testing.B) {
	for _, backend := range backends {
		_, a := open(b, backend)
		for _, size := range []image.Point{{640, 480}, {1280, 720}} {
			f := scene(b, a, size.X, size.Y)
			b.Run(fmt.Sprintf("%s/%dx%d", backend, size.X, size.Y), func(b *testing.B) {
				b.ReportAllocs()
				var probe face.Vector
				compare(b, func() { probe = look(b, a, f, probe) }, func() {
					bare(b, &a.detector, &a.landmarks, &a.liveness, &a.recogniser)
				})
			})
		}
	}
}

// compare runs the whole and its parts by turns and reports the median of how
// many times as long the whole takes.
func compare(b *testing.B, whole, parts func()) {
	var ratios []float64
	for b.Loop() {
		start := time.Now()
		whole()
		between := time.Now()
		parts()
		ratios = append(ratios, float64(between.Sub(start))/float64(time.Since(between)))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-bare")
}

// bare runs models on what is in their inputs already.
func bare(t testing.TB, steps ...*step) {
	for _, s := range steps {
		if err := s.net.run(); err != nil {
			t.Fatal(err)
		}
	}
}
