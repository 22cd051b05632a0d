package face

import "slices"

const (
	fitFrom     = 4096 // rows: fewer are compared in less than half a millisecond anyhow
	fitGrowth   = 4    // a codec is made anew when the index has grown so many times
	sampleRows  = 4096 // from which the directions are computed
	trialRows   = 2048 // on which a width is tried
	trialProbes = 32
	// A row that is compared costs about as much as this many bytes that are
	// read in sequence, for it comes from anywhere in memory.
	compareBytes = 8 << 10
)

// widths are the numbers of directions that a codec may keep, besides all.
var widths = []int{96, 128, 192, 256}

// fit gives t a codec made from a sample of its rows.
func (t *table) fit() {
	n := min(t.n, sampleRows)
	sample := make([]Vector, n)
	for i := range sample {
		sample[i] = t.row(i * t.n / n)
	}
	t.adopt(fit(sample, t.n))
}

// fit makes the codec with which a search among n rows like sample reads the
// fewest bytes, by trying each width. It returns nil when no codec beats reading
// the rows themselves.
func fit(sample []Vector, n int) *codec {
	dim := len(sample[0])
	var best *codec
	least := float64(n) * float64(4*dim)
	try := func(c *codec) bool {
		c.learn(sample)
		cost := float64(n) * (float64(c.width+2) + c.trial(sample, n)*compareBytes)
		if cost >= least {
			return false
		}
		best, least = c, cost
		return true
	}
	if most := widest(dim); most > 0 {
		basis := principal(sample, most)
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
	return best
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
func (c *codec) learn(sample []Vector) {
	c.scales = make([]float32, c.width)
	y := make([]float32, c.width)
	for _, x := range sample {
		c.project(x, y)
		for j, v := range y {
			c.scales[j] = max(c.scales[j], headroom*abs(v)/peakCode)
		}
	}
	clear(y)
	var z quantised
	var inner, reach float64
	for _, x := range sample {
		c.quantise(x, &z)
		inner, reach = max(inner, z.inner), max(reach, z.reach)
	}
	clear(z.code[:])
	c.inner, c.reach = float32(inner*innerStep), float32(headroom*reach)
}

// trial returns the share of n rows that a search would compare, when the
// probe is of a stranger and there is no floor: the worst that usually happens.
// The bar is then the second best of n scores, and is taken from the tail of the
// scores in sample.
func (c *codec) trial(sample []Vector, n int) float64 {
	rows := min(trialRows, len(sample))
	t := table{dim: c.dim, codec: c}
	for i := range rows {
		t.append(sample[i*len(sample)/rows])
	}
	var scores []Score
	for i := range trialProbes {
		for j := range rows {
			if at := i * rows / trialProbes; j != at {
				scores = append(scores, Compare(t.row(at), t.row(j)))
			}
		}
	}
	slices.Sort(scores)
	bar := scores[len(scores)-max(1, 2*len(scores)/n)]
	compared := 0
	for i := range trialProbes {
		for range t.reaching(t.row(i*rows/trialProbes), &bar) {
			compared++
		}
	}
	t.codec = nil // which outlives the trial
	t.wipe()
	return float64(compared-trialProbes) / float64(trialProbes*rows) // without the probes themselves
}
