package vision

import (
	"fmt"
	"math"
)

// fivePoints are the landmarks (iBUG 300-W order, from 0) whose mean is each of
// the recogniser's points: eyes without their corners, the nose's tip, the
// mouth's corners, outer and inner.
var fivePoints = [5][]int{{37, 38, 40, 41}, {43, 44, 46, 47}, {30}, {48, 60}, {54, 64}}

// locate fills in the face's points.
func (a *Analyser) locate(p picture, face *Face) error {
	part := p.mat.Region(face.Box)
	defer part.Close()
	if err := a.landmarks.run(part, &a.resized); err != nil {
		return fmt.Errorf("locate landmarks: %w", err)
	}
	out := a.landmarks.net.output(0)
	for i, marks := range fivePoints {
		var x, y float64
		for _, m := range marks {
			x += float64(out[2*m])
			y += float64(out[2*m+1])
		}
		n := float64(len(marks))
		face.Points[i] = Point{
			X: float64(face.Box.Min.X) + x/n*float64(face.Box.Dx()),
			Y: float64(face.Box.Min.Y) + y/n*float64(face.Box.Dy()),
		}
	}
	l, r := face.Points[0], face.Points[1]
	face.EyeDistance = math.Hypot(r.X-l.X, r.Y-l.Y)
	return nil
}
