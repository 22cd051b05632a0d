package face

import "math"

// A codec turns a row into a short code from which an upper bound of its score
// follows, so that a search reads the code of every row and the row itself only
// when it may matter. The answer stays the exact one.
//
// Let V be width orthonormal directions, y = Vx what a row x has of them, and n
// the integers nearest to y, each over its direction's scale s. The code of x is
// n, and two norms rounded up: e of the quantisation's error y - sn, and r of
// what lies outside V. A probe q has likewise p = Vq and a remainder of norm o.
// Its weights w = ps are rounded to integers u over one scale t, with an error
// of norm d. Then
//
//	q·x = p·y + (the remainders' product)
//	    = t(u·n) + (w - tu)·n + p·(y - sn) + (the remainders' product)
//	   <= t(u·n) + d|n| + |p|e + or
//
// by the Cauchy-Schwarz inequality, three times. |n| is at most reach, a
// constant of the codec.
//
// That holds for real numbers. The float32 ones are off by less than slack for
// rows and probes of length one: a sum of 512 products in 32 lanes errs by at
// most 21 roundings of 2^-24, 1.3e-6, the computed V is orthonormal to some
// 1e-6, and the bound has a dozen such terms.
type codec struct {
	dim, width int
	basis      []float32 // width directions of dim, one after the other; nil for the axes themselves
	scales     []float32 // of each direction
	inner      float32   // one step of e
	reach      float32   // the greatest |n|
}

const (
	slack     = 1e-4 // over all rounding errors, for unit vectors
	remainder = 1e-5 // over the rounding errors of a squared norm
	maxWidth  = 512
	peakCode  = 127
	zeroCode  = 128 // a code's bytes are unsigned: n + 128
	unbounded = 255 // as e: the row has no bound and is compared always
	maxStep   = 254
	outerStep = 1.01 / maxStep // one step of r, which is less than the length
	innerStep = 1. / 32        // one step of e, of the greatest e among the rows that a codec is made from
	headroom  = 1.15           // for later rows, over the greatest coordinate among those
)

// project writes what x has of each direction to y.
func (c *codec) project(x Vector, y []float32) {
	if c.basis == nil {
		copy(y, x)
		return
	}
	for j := range y {
		y[j] = dot(c.basis[j*c.dim:(j+1)*c.dim], x)
	}
}

// outside returns the norm of what a vector has outside of the directions, given
// the square of its length and what it has of them.
func (c *codec) outside(square float64, y []float32) float64 {
	if c.width == c.dim {
		return 0
	}
	return math.Sqrt(max(0, square-squares(y)) + remainder)
}

// quantised is a row before its norms are rounded.
type quantised struct {
	code         [maxWidth]byte
	square       float64 // of the row's length
	inner, outer float64
	reach        float64
}

func (c *codec) quantise(x Vector, z *quantised) {
	var buffer [maxWidth]float32
	y := buffer[:c.width]
	c.project(x, y)
	z.square = squares(x)
	z.outer = c.outside(z.square, y)
	var errors, reach float64
	for j, v := range y {
		var n float32
		if s := c.scales[j]; s > 0 {
			n = float32(math.RoundToEven(float64(min(max(v/s, -peakCode), peakCode))))
		}
		d := float64(v) - float64(n)*float64(c.scales[j])
		errors += d * d
		reach += float64(n) * float64(n)
		z.code[j] = byte(int(n) + zeroCode)
	}
	z.inner, z.reach = math.Sqrt(errors), math.Sqrt(reach)
	clear(y)
}

// norms returns the two norms in steps, rounded up. A row for which the proof
// does not hold, because it is not of length one or unlike all that the codec
// was made from, is unbounded.
func (c *codec) norms(z *quantised) (e, r byte) {
	inner, outer := stepsOf(z.inner, c.inner), stepsOf(z.outer, outerStep)
	if !(z.square < 1.01 && inner <= maxStep && outer <= maxStep && z.reach <= float64(c.reach)) { // also catches NaN
		return unbounded, 0
	}
	return byte(inner), byte(outer)
}

// stepsOf returns how many steps make at least norm.
func stepsOf(norm float64, step float32) float64 {
	if norm == 0 {
		return 0
	}
	return math.Ceil(norm / float64(step))
}

func (c *codec) wipe() {
	if c != nil {
		clear(c.basis)
		clear(c.scales)
	}
}

func squares(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}
