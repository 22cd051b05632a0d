package face

import (
	"context"
	"slices"
)

const (
	fitFrom     = 4096 // rows: fewer are compared in less than half a millisecond anyhow
	fitGrowth   = 4    // a codec is made anew when the index has grown so many times
	sampleRows  = 4096 // from which the directions are computed
	trialRows   = 2048 // on which a width is tried
	trialProbes = 32
	// A row that is compared costs about as much as this many bytes that are
	// read in sequence, for it comes from anywhere in memory: 0.5 µs, measured
	// where 30 bytes in sequence take a nanosecond.
	compareBytes = 16 << 10
)

// widths are the numbers of directions that a codec may keep, besides all.
var widths = []int{80, 96, 104, 112, 128, 160, 192, 256}

// fit makes the codec with which a search among rows like sample reads the fewest
// bytes, by trying each width. It returns nil when no codec beats reading
// the rows themselves, or when ctx is done before.
func fit(ctx context.Context, sample []Vector) *codec {
	if len(sample) < trialProbes { // most were removed meanwhile
		return nil
	}
	dim := len(sample[0])
	var best *codec
	least := float64(4 * dim) // bytes for each row
	try := func(c *codec) (better bool) {
		c.learn(ctx, sample)
		cost := float64(c.width+2) + c.trial(ctx, sample)*compareBytes
		if ctx.Err() != nil || cost >= least {
			c.wipe()
			return false
		}
		best.wipe()
		best, least = c, cost
		return true
	}
	if most := widest(dim); most > 0 {
		basis := principal(ctx, sample, most)
		for _, width := range widths {
			if width > most || !try(&codec{dim: dim, width: width, basis: interleave(basis, width, dim)}) && best != nil {
				break
			}
		}
		clear(basis)
	}
	if dim <= maxWidth && dim%groupBytes == 0 {
		try(&codec{dim: dim, width: dim})
	}
	if ctx.Err() != nil {
		best.wipe()
		return nil
	}
	return best
}

// usualFloor returns the score that one pair of strangers in 100,000 reaches. A
// gate's floor is rarer: among 4,096 people of whom 3 strangers in 1,000 may be
// taken for somebody it is reached by one pair in 270,000, among more people by
// fewer. The estimate errs on that side as a floor that is lower than expected
// costs far more than a higher one saves. It is a rarity, not a score, so that it
// holds whatever the model and the lengths of its vectors.
//
// So rare a score may not be among the given ones, but they rise linearly with
// the logarithm of their rarity (see Calibration).
func usualFloor(scores []Score) Score {
	slices.Sort(scores)
	reached := func(share float64) Score { return scores[len(scores)-1-int(share*float64(len(scores)))] }
	return reached(1e-4) + (reached(1e-4)-reached(1e-2))/2
}

// widest returns the greatest width below dim, 0 for none.
func widest(dim int) int {
	most := 0
	for _, w := range widths {
		if w < dim {
			most = w
		}
	}
	return most
}

// interleave returns the first width directions in the order strongest, weakest,
// second strongest, second weakest and so on, as query.quantise wants neighbours.
func interleave(basis []float32, width, dim int) []float32 {
	out := make([]float32, 0, width*dim)
	for j := range width / 2 {
		k := width - 1 - j
		out = append(out, basis[j*dim:(j+1)*dim]...)
		out = append(out, basis[k*dim:(k+1)*dim]...)
	}
	return out
}

// learn sets the scales and steps from sample.
func (c *codec) learn(ctx context.Context, sample []Vector) {
	c.scales = make([]float32, c.width)
	y := make([]float32, c.width)
	for _, x := range sample {
		if ctx.Err() != nil {
			break
		}
		c.project(x, y)
		for j, v := range y {
			c.scales[j] = max(c.scales[j], headroom*abs(v)/peakCode)
		}
	}
	clear(y)
	var z quantised
	var inner, reach float64
	for _, x := range sample {
		if ctx.Err() != nil {
			break
		}
		c.quantise(x, &z)
		inner, reach = max(inner, z.inner), max(reach, z.reach)
	}
	clear(z.code[:])
	c.inner, c.reach = float32(inner*innerStep), float32(headroom*reach)
}

// trial returns the share of rows that a search would compare when the probe is of
// a stranger, and the floor as usual.
func (c *codec) trial(ctx context.Context, sample []Vector) float64 {
	rows := min(trialRows, len(sample))
	t := table{dim: c.dim, codecs: []*codec{c}}
	defer func() {
		t.codecs = nil // it outlives the trial
		t.wipe()
	}()
	for i := range rows {
		if ctx.Err() != nil {
			return 0
		}
		t.append(sample[i*len(sample)/rows])
	}
	var scores []Score
	for i := range trialProbes {
		if ctx.Err() != nil {
			return 0
		}
		for j := range rows {
			if at := i * rows / trialProbes; j != at {
				scores = append(scores, Compare(t.row(at), t.row(j)))
			}
		}
	}
	bar := usualFloor(scores)
	compared := 0
	for i := range trialProbes {
		for range t.reaching(t.row(i*rows/trialProbes), &bar) {
			compared++
		}
	}
	return float64(compared-trialProbes) / float64(trialProbes*rows) // without the probes themselves
}
