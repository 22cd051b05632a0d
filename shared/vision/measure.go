package vision

import (
	"fmt"
	"image"
	"math"
)

// Measures is the quality of one face, named after ISO/IEC 29794-5. Except
// for EyeDistance they are taken from the aligned face, so that they say what
// the recogniser will see.
type Measures struct {
	EyeDistance  float64 // between the eyes' centres, in pixels of the frame
	Sharpness    float64 // energy of fine detail over energy of all detail: 0 for a smooth patch
	UnderExposed float64 // share of nearly black pixels, 0..1
	OverExposed  float64 // share of nearly white pixels, 0..1
	Contrast     float64 // standard deviation of the luminance, in grey levels
	Yaw          float64 // turn of the head to either side, in degrees from 0
	Pitch        float64 // of the head, up or down, in degrees from 0
	Roll         float64 // of the head, towards either shoulder, in degrees from 0
	EyesClosed   float64 // probability that both are, 0..1
	Visible      float64 // share of the face inside the frame, 0..1
}

// Luminance bounds of under- and over-exposure (ISO/IEC 29794-5, 7.3.4 and 7.3.5).
const (
	nearlyBlack = 25
	nearlyWhite = 247
)

// noseReach is how far the nose's tip stands in front of the eyes, in distances
// between the eyes (some 30 mm of 63 mm for an adult).
const noseReach = 0.5

// Of the way from the eyes to the mouth, the nose's tip is this far in a level
// head (the median of 4,570 news pictures), and reaches this far to the front.
const (
	noseLevel = 0.505
	nosePitch = noseReach / 1.1 // the way is 1.1 distances between the eyes
)

// Measure measures a face that Detect found in f.
func (a *Analyser) Measure(f Frame, face Face) (Measures, error) {
	p, err := a.lend(f)
	if err != nil {
		return Measures{}, err
	}
	defer a.giveBack(p)
	return a.measure(p, face)
}

func (a *Analyser) measure(p picture, face Face) (Measures, error) {
	pix, err := a.align(p, face)
	if err != nil {
		return Measures{}, fmt.Errorf("measure quality: %w", err)
	}
	size := a.recogniser.size
	q := a.luminance(pix)
	q.EyeDistance = face.EyeDistance
	q.Yaw, q.Pitch, q.Roll = pose(face.Points)
	q.Visible = visible(fitSimilarity(face.Points, a.references), p.Frame, size)
	q.EyesClosed, err = a.eyesClosed()
	return q, err
}

// luminance measures sharpness, exposure and contrast of packed BGR pixels.
func (a *Analyser) luminance(bgr []byte) Measures {
	width, height, luma := a.recogniser.size.X, a.recogniser.size.Y, a.luma
	var q Measures
	var sum, squares int
	for i := range luma {
		v := grey(bgr[3*i : 3*i+3])
		luma[i] = v
		sum += int(v)
		squares += int(v) * int(v)
		if v <= nearlyBlack {
			q.UnderExposed++
		}
		if v >= nearlyWhite {
			q.OverExposed++
		}
	}
	n := float64(len(luma))
	q.UnderExposed /= n
	q.OverExposed /= n
	mean := float64(sum) / n
	variance := max(float64(squares)/n-mean*mean, 0)
	q.Contrast = math.Sqrt(variance)

	detail := 0
	for y := 1; y < height-1; y++ {
		above, row, below := luma[(y-1)*width:], luma[y*width:], luma[(y+1)*width:]
		for x := 1; x < width-1; x++ {
			laplace := int(row[x-1]) + int(row[x+1]) + int(above[x]) + int(below[x]) - 4*int(row[x])
			detail += laplace * laplace
		}
	}
	q.Sharpness = float64(detail) / n / max(variance, 1)
	return q
}

// pose estimates the head's angles from the five points, to about ten degrees:
// people differ. Yaw is how far the nose's tip is off the middle of the eyes
// along the line through them, pitch how far off its place between the eyes
// and the mouth across that line, roll the line's own slope.
func pose(points [5]Point) (yaw, pitch, roll float64) {
	l, r, nose := points[0], points[1], points[2]
	eyes, mouth := between(l, r), between(points[3], points[4])
	dx, dy := r.X-l.X, r.Y-l.Y
	along := func(p Point) float64 { return (p.X-eyes.X)*dx + (p.Y-eyes.Y)*dy }
	across := func(p Point) float64 { return (p.Y-eyes.Y)*dx - (p.X-eyes.X)*dy }
	return degrees(along(nose)/noseReach, dx*dx+dy*dy),
		degrees((across(nose)-noseLevel*across(mouth))/nosePitch, across(mouth)),
		degrees(dy, dx)
}

func between(p, q Point) Point { return Point{(p.X + q.X) / 2, (p.Y + q.Y) / 2} }

// degrees is the angle of the slope, without its sign: up to 180 where what
// should be ahead is behind.
func degrees(rise, run float64) float64 { return math.Abs(math.Atan2(rise, run)) * 180 / math.Pi }

// visible is the share of the face that comes from inside the frame: of the
// aligned picture without its margins, which show hair and background.
func visible(s similarity, f Frame, size image.Point) float64 {
	const steps, side, top = 16, 0.15, 0.1
	inside := 0
	for row := range steps {
		for column := range steps {
			p := s.inverse(Point{
				X: (side + (1-2*side)*(float64(column)+0.5)/steps) * float64(size.X),
				Y: (top + (1-top)*(float64(row)+0.5)/steps) * float64(size.Y),
			})
			if p.X >= 0 && p.Y >= 0 && p.X < float64(f.Width) && p.Y < float64(f.Height) {
				inside++
			}
		}
	}
	return float64(inside) / (steps * steps)
}
