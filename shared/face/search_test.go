package face

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// agrees fails the test when a search of x for probe differs from comparing
// every row, for several floors.
func agrees(t *testing.T, x *Index, probe Vector) {
	t.Helper()
	for _, floor := range []Score{-1, 0, 0.3, 0.5, 0.9, 1, 2} {
		got, want := x.rows.search(probe, floor), x.rows.searchAll(probe, floor)
		if got != want {
			t.Fatalf("floor %g: got %+v, want %+v", floor, got, want)
		}
		if got, want := x.Above(probe, floor), x.aboveAll(probe, floor); !slices.Equal(got, want) {
			t.Fatalf("floor %g: got %d hits, want %d, or in another order", floor, len(got), len(want))
		}
	}
}

// aboveAll is the definition of Above.
func (x *Index) aboveAll(probe Vector, floor Score) (hits []Hit) {
	for i := range x.Len() {
		if s := Compare(probe, x.rows.row(i)); s >= floor {
			hits = append(hits, Hit{ID: x.ids[i], Score: s})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits
}

// kinds are what a gallery could hold, each as a source of rows.
func kinds() map[string]func() Vector {
	few := faces(9)
	repeated := []Vector{few.person(), few.person(), few.person()}
	r := rand.New(rand.NewPCG(8, 8))
	centre := few.person()
	sparse := func() Vector {
		v := make(Vector, dim)
		v[r.IntN(dim)] = float32(1 - 2*r.IntN(2))
		return v
	}
	return map[string]func() Vector{
		"faces":        faces(1).person,
		"gentle":       gentle(2).person,
		"flat":         flat(3).person,
		"alike":        func() Vector { return few.again(centre, 0.99) },
		"near ties":    func() Vector { return few.again(centre, 0.9999999) },
		"duplicates":   func() Vector { return repeated[r.IntN(len(repeated))] },
		"zero":         func() Vector { return make(Vector, dim) },
		"axes":         sparse,
		"zero or face": func() Vector { return [...]Vector{make(Vector, dim), few.person()}[r.IntN(2)] },
		"one axis":     func() Vector { v := make(Vector, dim); v[3] = 1; return v },
	}
}

// coded returns an index with n of a kind of rows, which has a codec if one pays.
func coded(n int, row func() Vector) *Index {
	x := NewIndex(dim)
	for i := range n {
		x.Put(fmt.Sprint(i), row())
	}
	x.rows.fit()
	return x
}

func TestSearchIsExact(t *testing.T) {
	const n = segmentRows + 200
	for name, row := range kinds() {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, 10))
			x := coded(n, row)
			other := faces(11)
			for range 10 {
				agrees(t, x, row())
				agrees(t, x, other.person())
				agrees(t, x, other.again(x.rows.row(r.IntN(x.Len())), 0.7))
				agrees(t, x, x.rows.row(r.IntN(x.Len())))
			}
			agrees(t, x, make(Vector, dim))
			for _, probe := range []Vector{row(), other.person(), x.rows.row(5)} {
				bounded(t, x, probe)
			}
			for range 300 { // changes without another codec
				id := fmt.Sprint(r.IntN(n))
				if r.IntN(3) == 0 {
					x.Put(id, other.person())
				} else {
					x.Remove(id)
				}
			}
			for range 10 {
				agrees(t, x, row())
				agrees(t, x, other.again(x.rows.row(r.IntN(x.Len())), 0.7))
			}
		})
	}
}

func TestSearchOfOddVectors(t *testing.T) {
	c := faces(1)
	x := coded(1000, c.person)
	strongest := slices.Clone(Vector(x.rows.codec.basis[:dim])) // far beyond what the codec has seen of it
	with := func(f float32) Vector {
		v := c.person()
		v[7] = f
		return v
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := []Vector{with(nan), with(inf), with(-inf), with(3e38), with(1e-44), with(5), flat(1).person(), strongest}
	for _, v := range odd {
		agrees(t, x, v)
	}
	for i, v := range odd {
		x.Put(fmt.Sprint("odd", i), v)
	}
	for range 20 {
		agrees(t, x, c.person())
		agrees(t, x, odd[6])
		agrees(t, x, odd[7])
	}
}

func TestTheEarlierOfEqualsIsTheBetter(t *testing.T) {
	c := faces(1)
	for _, before := range []int{0, 1000} { // without and with a codec
		x := NewIndex(dim)
		for i := range before {
			x.Put(fmt.Sprint(i), c.person())
		}
		v := c.person()
		near := c.again(v, 0.9)
		for _, id := range []string{"near", "near too"} {
			x.Put(id, near)
		}
		for _, id := range []string{"a", "b", "c"} {
			x.Put(id, v)
		}
		if before > 0 {
			x.rows.fit()
		}
		if best, second := x.Search(v, 0); best.ID != "a" || second.ID != "b" {
			t.Errorf("of %d: %q and %q", x.Len(), best.ID, second.ID)
		}
		for _, id := range []string{"c", "b", "a"} {
			x.Remove(id)
		}
		if best, second := x.Search(v, 0.8); best.ID != "near" || second.ID != "near too" {
			t.Errorf("of %d: %q and %q", x.Len(), best.ID, second.ID)
		}
		if best, second := x.Search(v, 0.95); best != (Hit{Score: -1}) || second != best {
			t.Errorf("above the floor: %+v and %+v", best, second)
		}
	}
}

// A hundred thousand rows make three codecs, and most rows come after them.
func TestSearchAmongManyIsExact(t *testing.T) {
	const n = 100_000
	c := faces(5)
	x := NewIndex(dim)
	next := c.mixtures(400)
	for i := range n {
		x.Put(fmt.Sprint(i), next())
	}
	if x.rows.codec == nil || x.nextFit <= n {
		t.Fatalf("codec %v, the next with %d rows", x.rows.codec != nil, x.nextFit)
	}
	for i := range 20 {
		agrees(t, x, c.again(x.rows.row(i*n/20), 0.6))
		agrees(t, x, c.person())
		if compared := x.rows.compared(x.rows.row(i*n/20), 0.97); compared > n/100 {
			t.Errorf("%d rows compared", compared)
		}
		x.Remove(fmt.Sprint(i * n / 20))
	}
}

func TestEveryWidthIsExact(t *testing.T) {
	c := faces(5)
	sample := make([]Vector, 2000)
	for i := range sample {
		sample[i] = c.person()
	}
	basis := principal(sample, 256)
	for _, width := range append(widths, dim) {
		k := &codec{dim: dim, width: width}
		if width < dim {
			k.basis = interleave(basis, width, dim)
		}
		k.learn(sample)
		x := NewIndex(dim)
		for i, v := range sample {
			x.Put(fmt.Sprint(i), v)
		}
		x.rows.adopt(k)
		for i := range 30 {
			agrees(t, x, c.again(sample[i], 0.6))
			if n := x.rows.compared(sample[i], 0.95); n > 5 {
				t.Errorf("width %d: %d rows compared", width, n)
			}
		}
	}
}

// bounded fails the test when a bound is not one: when it is below a score, by
// float64 or by float32.
func bounded(t *testing.T, x *Index, probe Vector) {
	t.Helper()
	var q query
	if x.rows.codec == nil || !x.rows.codec.query(probe, &q) {
		return
	}
	s := x.rows.segments[0]
	for b := range segmentRows / blockRows {
		var bounds [blockRows]float32
		scan(&s.codes[b*blockRows*q.width], &s.norms[b*blockNorms], 1, &q, -10, &bounds)
		for l, bound := range bounds {
			v := x.rows.row(b*blockRows + l)
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
	c := faces(1)
	x := coded(1000, c.person)
	probe := c.person()
	if n := testing.AllocsPerRun(100, func() { x.Search(probe, 0.4) }); n != 0 {
		t.Errorf("%g allocations a search", n)
	}
}

// FuzzIndex plays puts and removals, and compares each answer with the plain one.
func FuzzIndex(f *testing.F) {
	c := faces(1)
	people := make([]Vector, 600)
	for i := range people {
		people[i] = c.person()
	}
	k := fit(people, 1_000_000)
	f.Add([]byte{1, 2, 3, 200, 1, 130, 4, 5})
	f.Fuzz(func(t *testing.T, moves []byte) {
		x := NewIndex(dim)
		own := *k
		own.basis, own.scales = append([]float32(nil), k.basis...), append([]float32(nil), k.scales...)
		x.rows.adopt(&own)
		var live []string
		for i, m := range moves {
			id := fmt.Sprint(m % 100)
			if m < 128 {
				if _, ok := x.at[id]; !ok {
					live = append(live, id)
				}
				x.Put(id, people[(i*7+int(m))%len(people)])
			} else if x.Remove(id) {
				for j, l := range live {
					if l == id {
						live = append(live[:j], live[j+1:]...)
						break
					}
				}
			}
			if x.Len() != len(live) {
				t.Fatalf("%d rows, want %d", x.Len(), len(live))
			}
			agrees(t, x, people[int(m)])
		}
	})
}
