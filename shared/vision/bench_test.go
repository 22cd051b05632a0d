package vision

import (
	"testing"

	"gocv.io/x/gocv"
)

// BenchmarkSteps measures each step on one 720p frame with one thread.
func BenchmarkSteps(b *testing.B) {
	for _, backend := range backends {
		_, a := open(b, backend)
		frame := edit(b, sample(b, 3), scaled(2.0/3))
		one := edit(b, frame, func(m gocv.Mat) gocv.Mat { return m.Clone() })
		face := detect(b, a, frame)[0]
		img, release, err := one.mat()
		if err != nil {
			b.Fatal(err)
		}
		defer release()
		for _, step := range []struct {
			name string
			run  func() error
		}{
			{"detect", func() error { return a.detector.run(img, &a.resized) }},
			{"landmarks", func() error { return a.locate(img, &face) }},
			{"measure", func() error { _, err := a.Measure(frame, face); return err }},
			{"template", func() error { _, err := a.Template(frame, face); return err }},
			{"liveness", func() error { _, err := a.Liveness(frame, face); return err }},
		} {
			b.Run(backend+"/"+step.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := step.run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
			})
		}
	}
}
