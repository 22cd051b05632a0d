package face

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// kinds are what a gallery could hold, each as a source of rows.
func kinds(dim int) map[string]func() Vector {
	few, short := faces(dim, 9), faces(dim, 4)
	repeated := []Vector{few.person(), few.person(), few.person()}
	r := rand.New(rand.NewPCG(8, 8))
	centre := few.person()
	axis := func() Vector {
		v := make(Vector, dim)
		v[r.IntN(dim)] = float32(1 - 2*r.IntN(2))
		return v
	}
	return map[string]func() Vector{
		"faces":        faces(dim, 1).person,
		"shortened":    func() Vector { return short.shorten(short.person()) },
		"gentle":       gentle(dim, 2).person,
		"flat":         flat(dim, 3).person,
		"alike":        func() Vector { return few.again(centre, 0.99) },
		"near ties":    func() Vector { return few.again(centre, 0.9999999) },
		"duplicates":   func() Vector { return repeated[r.IntN(len(repeated))] },
		"zero":         func() Vector { return make(Vector, dim) },
		"axes":         axis,
		"zero or face": func() Vector { return [...]Vector{make(Vector, dim), few.person()}[r.IntN(2)] },
		"one axis":     func() Vector { v := make(Vector, dim); v[3] = 1; return v },
	}
}

// coded returns an index with n of a kind of rows, which has a codec if one pays.
func coded(dim, n int, row func() Vector) *pair {
	p := newPair(dim)
	for i := range n {
		p.put(fmt.Sprint(i), row())
	}
	p.refit()
	return p
}

func TestSearchIsExact(t *testing.T) {
	const n = segmentRows + 200
	for _, dim := range []int{512, 128, 192, 256, 1024, 100, 30} {
		for name, row := range kinds(dim) {
			if dim != 512 && name != "shortened" && name != "flat" { // what decides about the codec
				continue
			}
			t.Run(fmt.Sprintf("%s of %d", name, dim), func(t *testing.T) {
				r := rand.New(rand.NewPCG(10, 10))
				x := coded(dim, n, row)
				other := faces(dim, 11)
				try := func() {
					for range 2 {
						x.agrees(t, row())
						x.agrees(t, other.person())
						x.agrees(t, other.again(x.rows.row(r.IntN(x.Len())), 0.7))
						x.agrees(t, x.rows.row(r.IntN(x.Len())))
					}
					x.agrees(t, make(Vector, dim))
				}
				try()
				for _, probe := range []Vector{row(), other.person(), x.rows.row(5)} {
					x.bounded(t, probe)
				}
				for range 300 { // changes without another codec
					id := fmt.Sprint(r.IntN(n))
					if r.IntN(3) == 0 {
						x.put(id, other.person())
					} else {
						x.remove(t, id)
					}
				}
				try()
			})
		}
	}
}

func TestSearchOfOddVectors(t *testing.T) {
	c := faces(dim, 1)
	x := coded(dim, 1000, c.person)
	strongest := slices.Clone(Vector(x.rows.codec().basis[:dim])) // far beyond what the codec has seen of it
	with := func(f float32) Vector {
		v := c.person()
		v[7] = f
		return v
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := []Vector{with(nan), with(inf), with(-inf), with(3e38), with(1e-44), with(5), flat(dim, 1).person(), strongest}
	for _, v := range odd {
		x.agrees(t, v)
	}
	for i, v := range odd {
		x.put(fmt.Sprint("odd", i), v)
	}
	for range 20 {
		x.agrees(t, c.person())
		x.agrees(t, odd[6])
		x.agrees(t, odd[7])
	}
}

func TestTheOlderOfEqualsComesFirst(t *testing.T) {
	for _, before := range []int{2, 1000} { // without and with a codec
		c := faces(dim, 1)
		x := coded(dim, before, c.person)
		v := c.person()
		near := c.again(v, 0.9)
		for _, id := range []string{"near", "near too"} {
			x.put(id, near)
		}
		for _, id := range []string{"a", "b", "c"} {
			x.put(id, v)
		}
		first := func(floor Score, a, b string) {
			t.Helper()
			if best, second := x.Search(v, floor); best.ID != a || second.ID != b {
				t.Errorf("of %d: %q and %q, want %q and %q", x.Len(), best.ID, second.ID, a, b)
			}
			x.agrees(t, v)
		}
		first(0, "a", "b")
		x.remove(t, "0") // by which c lies before a
		first(0, "a", "b")
		x.put("a", v) // which is as old as before
		first(0, "a", "b")
		x.remove(t, "a")
		x.put("a", v) // which is new
		first(0, "b", "c")
		for _, id := range []string{"c", "b", "a"} {
			x.remove(t, id)
		}
		first(0.8, "near", "near too")
		first(0.95, "", "")
	}
}

// Most rows come after the first codec, and the last codec has them all.
func TestSearchAmongManyIsExact(t *testing.T) {
	n, probes := 50_000, 8
	if *million {
		n, probes = 1_000_000, 100
	}
	crowds := map[string]*crowd{"faces": faces(dim, 5)}
	if *million {
		crowds["flat"] = flat(dim, 5)
	}
	for name, c := range crowds {
		t.Run(name, func(t *testing.T) {
			x := newPair(dim)
			next := c.mixtures(400)
			for i := range n {
				id := fmt.Sprint(i)
				v := next()
				x.Put(id, v)
				x.ledger.ids = append(x.ledger.ids, id)
				x.ledger.rows[id] = x.rows.row(i) // no second copy of a million
			}
			x.Settle()
			if x.rows.codec() == nil || x.nextFit <= n {
				t.Fatalf("codec %v, the next with %d rows", x.rows.codec() != nil, x.nextFit)
			}
			for i := range probes {
				x.agrees(t, c.again(x.rows.row(i*n/probes), 0.6))
				x.agrees(t, c.person())
				if compared := x.compared(x.rows.row(i*n/probes), 0.97); compared > n/100 {
					t.Errorf("%d rows compared", compared)
				}
			}
		})
	}
}

func TestEveryWidthIsExact(t *testing.T) {
	c := faces(dim, 5)
	sample := make([]Vector, 2000)
	for i := range sample {
		sample[i] = c.person()
	}
	basis := principal(t.Context(), sample, 256)
	for _, width := range append(widths, dim) {
		k := &codec{dim: dim, width: width}
		if width < dim {
			k.basis = interleave(basis, width, dim)
		}
		k.learn(t.Context(), sample)
		x := newPair(dim)
		for i, v := range sample {
			x.put(fmt.Sprint(i), v)
		}
		x.recode(t.Context(), k)
		for i := range 10 {
			x.agrees(t, c.again(sample[i], 0.6))
			if n := x.compared(sample[i], 0.95); n > 5 {
				t.Errorf("width %d: %d rows compared", width, n)
			}
		}
	}
}

// bounded fails the test when a bound is not one: when it is below a score, by
// float64 or by float32.
func (p *pair) bounded(t *testing.T, probe Vector) {
	t.Helper()
	s := p.rows.segments[0].codes
	if s == nil {
		return
	}
	var q query
	if q.prepare(s.codec, probe); !q.bounded {
		return
	}
	for b := range segmentRows / blockRows {
		var bounds [blockRows]float32
		scan(&s.bytes[b*blockRows*q.width], &s.norms[b*blockNorms], 1, &q, -10, &bounds)
		for l, bound := range bounds {
			v := p.rows.row(b*blockRows + l)
			var exact float64
			for i := range v {
				exact += float64(v[i]) * float64(probe[i])
			}
			if float64(bound) < exact || Score(bound) < Compare(v, probe) {
				t.Fatalf("bound %g of score %g", bound, exact)
			}
		}
	}
}

func TestSearchAllocatesNothing(t *testing.T) {
	c := faces(dim, 1)
	x := coded(dim, 1000, c.person)
	probe := c.person()
	if n := testing.AllocsPerRun(100, func() { x.Search(probe, 0.4) }); n != 0 {
		t.Errorf("%g allocations a search", n)
	}
}
