package face

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

var million = flag.Bool("million", false, "also search among a million templates")

// gateFloor is as low as a large gallery's floor gets: the threshold is 0.45 and
// more, the margin 0.04.
const gateFloor Score = 0.41

// BenchmarkSearch prints the time of one search, and of the plain scan, when
// nothing of the index is in a cache: for other data are read before each. The
// probes are of persons in the index, with a low floor for a gate; and of
// strangers without a floor, the worst case.
func BenchmarkSearch(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if *million {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		c := faces(dim, 1)
		var x *Index
		var slowest time.Duration
		probes := make([]Vector, 64)
		fill := func() {
			if x != nil {
				return
			}
			x = NewIndex(dim)
			for i := range n {
				v := c.shorten(c.person())
				if i < len(probes) {
					probes[i] = c.shorten(c.again(v, 0.75))
				}
				start := time.Now()
				x.Put(fmt.Sprint(i), v)
				slowest = max(slowest, time.Since(start))
			}
			x.Settle()
		}
		b.Run(fmt.Sprintf("mated/%d", n), func(b *testing.B) {
			fill()
			cold(b, func(i int) { x.Search(probes[i%len(probes)], gateFloor) })
			b.ReportMetric(float64(x.rows.codec().width), "directions")
			b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest-put")
			compared := 0
			for _, p := range probes {
				compared += x.compared(p, gateFloor)
			}
			b.ReportMetric(float64(compared)/float64(len(probes)), "compared")
		})
		b.Run(fmt.Sprintf("stranger/%d", n), func(b *testing.B) {
			fill()
			strangers := make([]Vector, len(probes))
			for i := range strangers {
				strangers[i] = c.shorten(c.person())
			}
			cold(b, func(i int) { x.Search(strangers[i%len(strangers)], -1) })
			compared := 0
			for _, p := range strangers {
				compared += x.compared(p, -1)
			}
			b.ReportMetric(float64(compared)/float64(len(probes)), "compared")
		})
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			fill()
			cold(b, func(i int) { x.plain(probes[i%len(probes)], gateFloor) })
		})
	}
}

// plain compares every row.
func (x *Index) plain(probe Vector, floor Score) top {
	two := top{best: nobody, second: nobody}
	for i := range x.rows.n {
		if s := Compare(probe, x.rows.row(i)); s >= floor {
			two.add(ranked{x.entries[i], s})
		}
	}
	return two
}

// compared returns how many rows a search compares.
func (x *Index) compared(probe Vector, floor Score) (n int) {
	two := top{best: nobody, second: nobody}
	bar := floor
	for i := range x.rows.reaching(probe, &bar) {
		two.add(ranked{x.entries[i], Compare(probe, x.rows.row(i))})
		bar = max(floor, two.second.score)
		n++
	}
	return n
}

var other = make([]uint64, 96<<20/8)

// cold measures search with the caches full of other data.
func cold(b *testing.B, search func(i int)) {
	b.Helper()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		var sum uint64
		for j := range other {
			sum += other[j]
		}
		other[0] = sum & 1
		b.StartTimer()
		search(i)
	}
}
