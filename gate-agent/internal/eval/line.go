package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// line is the threshold over log10(N/FPIR), fitted to the tail of the non-mated
// scores.
type line struct {
	intercept, slope float64
	worst            float64 // furthest that a threshold as measured lies from it
}

func (l line) at(n int, fpir float64) float64 {
	return l.intercept + l.slope*math.Log10(float64(n)/fpir)
}

const (
	// parts is into how many the gallery is cut at most: the whole, its halves,
	// quarters and eighths are galleries of their own.
	parts = 8
	// leastReached is how many strangers must reach a threshold for it to count.
	leastReached = 10
)

// point is the mean threshold of equally large parts of the gallery.
type point struct {
	x, y float64
}

// fitLine measures thresholds with the strangers' frames in the gallery and
// random parts of it, and fits a line to them.
func fitLine(gallery, strangers []face.Vector) line {
	var points []point
	best := bestInParts(gallery, strangers)
	for n := parts; ; n /= 2 {
		size := len(gallery) / parts * (parts / n) // all parts are of whole eighths
		for _, fpir := range asked {
			if fpir*float64(len(strangers)) < leastReached {
				continue
			}
			var mean float64
			for _, scores := range best {
				mean += float64(threshold(slices.Sorted(slices.Values(scores)), fpir)) / float64(n)
			}
			points = append(points, point{math.Log10(float64(size) / fpir), mean})
		}
		if n == 1 {
			return lineThrough(points)
		}
		best = joined(best)
	}
}

// bestInParts returns each stranger's best score in each random part.
func bestInParts(gallery, strangers []face.Vector) [][]face.Score {
	shuffled := slices.Clone(gallery)
	r := rand.New(rand.NewPCG(1, 2)) // the same every time
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	best := make([][]face.Score, parts)
	for part, size := 0, len(shuffled)/parts; part < parts; part++ {
		for _, v := range strangers {
			most := face.Score(-1)
			for _, reference := range shuffled[part*size : (part+1)*size] {
				most = max(most, face.Compare(v, reference))
			}
			best[part] = append(best[part], most)
		}
	}
	return best
}

// joined makes one part of every two.
func joined(best [][]face.Score) [][]face.Score {
	var out [][]face.Score
	for pair := range slices.Chunk(best, 2) {
		both := slices.Clone(pair[0])
		for i, s := range pair[1] {
			both[i] = max(both[i], s)
		}
		out = append(out, both)
	}
	return out
}

// lineThrough is the line of least squares.
func lineThrough(points []point) line {
	var x, y, xx, xy float64
	n := float64(len(points))
	for _, p := range points {
		x, y, xx, xy = x+p.x, y+p.y, xx+p.x*p.x, xy+p.x*p.y
	}
	var l line
	l.slope = (n*xy - x*y) / (n*xx - x*x)
	l.intercept = (y - l.slope*x) / n
	for _, p := range points {
		l.worst = max(l.worst, math.Abs(p.y-l.intercept-l.slope*p.x))
	}
	return l
}
