package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// calibrate fits the tail of the non-mated scores: the line on which the
// threshold of the gallery, and of random halves, quarters and eighths of it,
// lies over log10(N/FPIR). ok is false where there is too little to fit.
func calibrate(gallery []face.Vector, probes []probe) (c face.Calibration, ok bool) {
	const leastReferences, leastProbes = 80, 300
	strangers := slices.DeleteFunc(slices.Clone(probes), func(p probe) bool { return p.owner >= 0 })
	if len(gallery) < leastReferences || len(strangers) < leastProbes {
		return c, false
	}
	shuffled := slices.Clone(gallery)
	r := rand.New(rand.NewPCG(1, 2)) // the same every time
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var n, x, y, xx, xy float64
	for parts := 1; parts <= 8; parts *= 2 {
		size := len(shuffled) / parts
		for part := range parts {
			g := measure("", identify(shuffled[part*size:(part+1)*size], strangers))
			for _, rate := range g.Rates[:3] { // the last rests on a handful of scores
				px, py := math.Log10(float64(size)/rate.FPIR), float64(rate.Threshold)
				w := 1 / float64(parts)
				n, x, y, xx, xy = n+w, x+w*px, y+w*py, xx+w*px*px, xy+w*px*py
			}
		}
	}
	c.Slope = (n*xy - x*y) / (n*xx - x*x)
	c.Intercept = (y - c.Slope*x) / n
	return c, true
}
