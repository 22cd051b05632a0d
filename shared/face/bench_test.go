package face

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

var million = flag.Bool("million", false, "also search among a million templates")

// BenchmarkSearch prints the time of one search, and of the plain scan, when
// nothing of the index is in a cache: for other data are read before each. The
// probes are of persons in the index, with a floor as a gate has it; and of
// strangers without a floor, the worst case.
func BenchmarkSearch(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if *million {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		c := faces(1)
		var x *Index
		var slowest time.Duration
		probes := make([]Vector, 64)
		fill := func() {
			if x != nil {
				return
			}
			x = NewIndex(dim)
			for i := range n {
				v := c.person()
				if i < len(probes) {
					probes[i] = c.again(v, 0.75)
				}
				start := time.Now()
				x.Put(fmt.Sprint(i), v)
				slowest = max(slowest, time.Since(start))
			}
		}
		b.Run(fmt.Sprintf("mated/%d", n), func(b *testing.B) {
			fill()
			cold(b, func(i int) { x.Search(probes[i%len(probes)], 0.5) })
			b.ReportMetric(float64(x.rows.codec.width), "directions")
			b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest-put")
			compared := 0
			for _, p := range probes {
				compared += x.rows.compared(p, 0.5)
			}
			b.ReportMetric(float64(compared)/float64(len(probes)), "compared")
		})
		b.Run(fmt.Sprintf("stranger/%d", n), func(b *testing.B) {
			fill()
			strangers := make([]Vector, len(probes))
			for i := range strangers {
				strangers[i] = c.person()
			}
			cold(b, func(i int) { x.Search(strangers[i%len(strangers)], -1) })
			compared := 0
			for _, p := range strangers {
				compared += x.rows.compared(p, -1)
			}
			b.ReportMetric(float64(compared)/float64(len(probes)), "compared")
		})
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			fill()
			cold(b, func(i int) { x.rows.searchAll(probes[i%len(probes)], 0.5) })
		})
	}
}

// compared returns how many rows a search compares.
func (t *table) compared(probe Vector, floor Score) (n int) {
	two := newTop(floor)
	bar := two.bar()
	for i := range t.reaching(probe, &bar) {
		two.add(i, Compare(probe, t.row(i)))
		bar = two.bar()
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
