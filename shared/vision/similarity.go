package vision

import (
	"image"
	"math"
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

func (s similarity) apply(p Point) Point {
	return Point{s.a*p.X - s.b*p.Y + s.tx, s.b*p.X + s.a*p.Y + s.ty}
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

// halved is the same similarity for a picture that starts at origin and has
// half as many pixels each way. Its first pixel's centre lies between four old
// ones.
func (s similarity) halved(origin image.Point) similarity {
	to := s.apply(Point{float64(origin.X) + 0.5, float64(origin.Y) + 0.5})
	return similarity{2 * s.a, 2 * s.b, to.X, to.Y}
}

// source is the smallest upright rectangle, in even coordinates, that holds all
// that maps to a target of the given size, and a pixel around it.
func (s similarity) source(size image.Point) image.Rectangle {
	w, h := float64(size.X), float64(size.Y)
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, corner := range []Point{{0, 0}, {w, 0}, {0, h}, {w, h}} {
		p := s.inverse(corner)
		low = Point{min(low.X, p.X), min(low.Y, p.Y)}
		high = Point{max(high.X, p.X), max(high.Y, p.Y)}
	}
	return image.Rect((int(low.X)-1)&^1, (int(low.Y)-1)&^1, (int(high.X)+3)&^1, (int(high.Y)+3)&^1)
}
