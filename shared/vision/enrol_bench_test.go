package vision

import (
	"image"
	"testing"
)

// BenchmarkEnrol measures photos of one person, decoded before, against the
// bare runs of the models inside an enrolment.
func BenchmarkEnrol(b *testing.B) {
	for _, backend := range backends {
		_, a := open(b, backend)
		good := portrait(b, a, 3, image.Pt(1186, 350), 0.7)
		for _, photo := range []struct {
			name  string
			frame Frame
		}{
			{"small", edit(b, good, scaled(0.5))},
			{"large", edit(b, good, scaled(3))},
		} {
			b.Run(backend+"/"+photo.name, func(b *testing.B) {
				compare(b, func() {
					if _, err := a.Enrol(photo.frame); err != nil {
						b.Fatal(err)
					}
				}, func() { bare(b, &a.detector, &a.landmarks, &a.recogniser, &a.recogniser) })
			})
		}
	}
}
