package vision

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"
)

// Point is a position in a frame, in pixels.
type Point struct{ X, Y float64 }

// similarity maps (x, y) to (a*x - b*y + tx, b*x + a*y + ty): rotation, one
// scale for both axes, and translation.
type similarity struct{ a, b, tx, ty float64 }

// fitSimilarity is the least-squares fit of all five points (Umeyama 1991; in
// two dimensions it has this closed form). An affine fit of three points
// instead squeezes every face into the same shape and loses most of what
// tells people apart.
func fitSimilarity(from, to [5]Point) similarity {
	var mf, mt Point
	for i := range from {
		mf.X += from[i].X / 5
		mf.Y += from[i].Y / 5
		mt.X += to[i].X / 5
		mt.Y += to[i].Y / 5
	}
	var re, im, norm float64
	for i := range from {
		fx, fy := from[i].X-mf.X, from[i].Y-mf.Y
		tx, ty := to[i].X-mt.X, to[i].Y-mt.Y
		re += fx*tx + fy*ty
		im += fx*ty - fy*tx
		norm += fx*fx + fy*fy
	}
	if norm == 0 {
		norm = 1 // five equal points: a == b == 0 maps all to the centre
	}
	s := similarity{a: re / norm, b: im / norm}
	s.tx = mt.X - (s.a*mf.X - s.b*mf.Y)
	s.ty = mt.Y - (s.b*mf.X + s.a*mf.Y)
	return s
}

func (s similarity) scale() float64 { return math.Hypot(s.a, s.b) }

// source is the smallest upright rectangle that holds all that maps to a
// target of the given size, and a pixel around it.
func (s similarity) source(size image.Point) image.Rectangle {
	w, h := float64(size.X), float64(size.Y)
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, corner := range []Point{{0, 0}, {w, 0}, {0, h}, {w, h}} {
		p := s.inverse(corner)
		low = Point{min(low.X, p.X), min(low.Y, p.Y)}
		high = Point{max(high.X, p.X), max(high.Y, p.Y)}
	}
	return image.Rect(int(low.X)-1, int(low.Y)-1, int(high.X)+2, int(high.Y)+2)
}

// inverse maps a point of the target back. A degenerate similarity returns the
// origin.
func (s similarity) inverse(p Point) Point {
	n := s.a*s.a + s.b*s.b
	if n == 0 {
		return Point{}
	}
	x, y := p.X-s.tx, p.Y-s.ty
	return Point{(s.a*x + s.b*y) / n, (s.a*y - s.b*x) / n}
}

// shrinkFrom is the scale below which linear interpolation would skip pixels:
// the face is averaged down first.
const shrinkFrom = 0.5

// align warps the face to the recogniser's reference points, into a.aligned,
// and returns its pixels (valid until the next call).
func (a *Analyser) align(img gocv.Mat, face Face) ([]byte, error) {
	s := fitSimilarity(face.Points, a.references)
	src := img
	if s.scale() < shrinkFrom {
		region := s.source(a.recogniser.size).Intersect(image.Rect(0, 0, img.Cols(), img.Rows()))
		if region.Empty() {
			return nil, fmt.Errorf("align face: points %v are outside the frame", face.Points)
		}
		points := a.shrink(img, region, 2*s.scale(), face.Points)
		s, src = fitSimilarity(points, a.references), a.shrunk
	}
	for i, v := range [6]float64{s.a, -s.b, s.tx, s.b, s.a, s.ty} {
		a.warp.SetDoubleAt(i/3, i%3, v)
	}
	gocv.WarpAffineWithParams(src, &a.aligned, a.warp, a.recogniser.size,
		gocv.InterpolationLinear, gocv.BorderReplicate, color.RGBA{})
	return a.aligned.DataPtrUint8()
}

// shrink averages a region of img down into a.shrunk and returns where the
// points are in it.
func (a *Analyser) shrink(img gocv.Mat, region image.Rectangle, scale float64, points [5]Point) [5]Point {
	size := image.Pt(max(1, int(scale*float64(region.Dx()))), max(1, int(scale*float64(region.Dy()))))
	part := img.Region(region)
	defer part.Close()
	gocv.Resize(part, &a.shrunk, size, 0, 0, gocv.InterpolationArea)
	fx, fy := float64(size.X)/float64(region.Dx()), float64(size.Y)/float64(region.Dy())
	for i, p := range points {
		points[i] = Point{
			X: (p.X-float64(region.Min.X)+0.5)*fx - 0.5, // pixel centres stay centres
			Y: (p.Y-float64(region.Min.Y)+0.5)*fy - 0.5,
		}
	}
	return points
}
