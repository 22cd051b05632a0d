package face

import "math"

// query is a probe as the scan of codes needs it; see codec for the letters.
type query struct {
	codec   *codec // that it was made for
	bounded bool   // whether bounds can be given: they cannot for a probe that is not of about length one
	width   int
	offset  int32   // -128 times the sum of u: rows' codes are n + 128
	scale   float32 // t
	base    float32 // the part of the bound that all rows share
	inner   float32 // |p| times the step of e
	outer   float32 // o times the step of r
	code    [maxWidth]int8
}

// prepare makes q the query for probe.
func (q *query) prepare(c *codec, probe Vector) {
	square := squares(probe)
	q.codec, q.width, q.bounded = c, c.width, square < 1.01 // which a NaN is not
	if !q.bounded {
		return
	}
	var buffer [maxWidth]float32
	w := buffer[:c.width]
	c.project(probe, w)
	q.inner = float32(math.Sqrt(squares(w))) * c.inner
	q.outer = float32(c.outside(square, w)) * outerStep
	for j, s := range c.scales {
		w[j] *= s
	}
	lost := q.quantise(w)
	q.base = float32(lost*float64(c.reach)) + slack
	clear(w)
}

// quantise rounds the weights to integers and returns the norm of the error.
//
// The scale is such that the magnitudes of two neighbours never sum to more than
// 128: over the exact 127, each may be rounded up by a half. A row's bytes are
// at most 255, so that two products sum to at most 32,640 in magnitude and the
// 16 bits of VPMADDUBSW never saturate. The codec orders its directions so that
// a strong one has a weak neighbour, and that costs little.
func (q *query) quantise(w []float32) (lost float64) {
	var peak float32
	for j := 0; j < len(w); j += 2 {
		peak = max(peak, abs(w[j])+abs(w[j+1]))
	}
	q.scale = 0
	if peak > leastPeak {
		q.scale = peak / peakCode
	}
	var sum int32
	for j, v := range w {
		var u float32
		if q.scale > 0 {
			u = float32(math.RoundToEven(float64(v / q.scale)))
		}
		d := float64(v) - float64(u)*float64(q.scale)
		lost += d * d
		q.code[j] = int8(u)
		sum += int32(u)
	}
	q.offset = -zeroCode * sum
	return math.Sqrt(lost)
}

// leastPeak keeps the scale a normal number; what is smaller counts as lost.
const leastPeak = 1e-30

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
