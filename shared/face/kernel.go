package face

import (
	"math"
	"unsafe"
)

// The kernels are the two loops in which a search spends its time: dotLanes and
// scan. Each is defined by the Go function in this file; the faster ones in
// assembly give the same bits, because they do the same roundings in the same
// order. No kernel fuses a multiplication with an addition, and none prefetches:
// rows are read in the order in which they lie, which the processor foresees.

// lanes is the number of partial sums of an inner product.
const lanes = 32

// dotLanesGo is the inner product of the first n elements of a and b, n a
// multiple of 32. Lane l sums the products of elements l, 32+l, 64+l …; the
// lanes are then added by halves: l and 8+l, 16+l and 24+l, those two, and so on
// down to one.
func dotLanesGo(a, b *float32, n int) float32 {
	var s [lanes]float32
	x, y := unsafe.Slice(a, n), unsafe.Slice(b, n)
	for len(x) >= lanes {
		p, q := (*[lanes]float32)(x), (*[lanes]float32)(y)
		for l := range s {
			s[l] += float32(p[l] * q[l]) // the conversion forbids fusing
		}
		x, y = x[lanes:], y[lanes:]
	}
	for l := range 8 {
		s[l] = (s[l] + s[8+l]) + (s[16+l] + s[24+l])
	}
	for l := range 4 {
		s[l] += s[4+l]
	}
	return (s[0] + s[2]) + (s[1] + s[3])
}

// dot is the inner product of two slices of one length. What exceeds a multiple
// of 32 is added one by one.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	n := len(a) &^ (lanes - 1)
	var s float32
	if n > 0 {
		s = dotLanes(&a[0], &b[0], n)
	}
	for i := n; i < len(a); i++ {
		s += float32(a[i] * b[i])
	}
	return s
}

// scanGo looks through blocks of coded rows for the first one with a row whose
// score may reach bar: whose upper bound is not below it. It returns the number
// of that block and leaves its 16 upper bounds in bounds; when there is none, it
// returns blocks.
//
// Every product and sum of the integer part is exact: 16 bits hold two products
// (query.quantise sees to it), 32 bits hold their sum over the widest code, and
// a float32 holds that sum without rounding.
func scanGo(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int {
	stride := blockRows * q.width
	for b := range blocks {
		code := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(codes), b*stride)), stride)
		norm := (*[blockNorms]byte)(unsafe.Add(unsafe.Pointer(norms), b*blockNorms))
		var sums [blockRows]int32
		for g := range q.width / groupBytes {
			u := (*[groupBytes]int8)(q.code[g*groupBytes:])
			x := (*[blockRows * groupBytes]byte)(code[g*blockRows*groupBytes:])
			for l := range sums {
				k := l * groupBytes
				sums[l] += int32(x[k])*int32(u[0]) + int32(x[k+1])*int32(u[1]) + int32(x[k+2])*int32(u[2]) + int32(x[k+3])*int32(u[3])
			}
		}
		reached := false
		for l, sum := range sums {
			e, r := norm[l], norm[blockRows+l]
			bound := float32(q.scale*float32(q.offset+sum)) + q.base
			bound += float32(q.inner * float32(e))
			bound += float32(q.outer * float32(r))
			if e == unbounded {
				bound = unknown
			}
			bounds[l] = bound
			reached = reached || !(bound < bar)
		}
		if reached {
			return b
		}
	}
	return blocks
}

// unknown is the bound of a row that has none: a NaN, which is below no bar.
var unknown = math.Float32frombits(0xffffffff)
