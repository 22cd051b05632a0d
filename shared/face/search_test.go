package face

import (
	"fmt"
	"math"
	"math/rand/v2"
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
	}
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

func TestSearchIsExact(t *testing.T) {
	for name, row := range kinds() {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, 10))
			x := NewIndex(dim)
			for i := range fitFrom + 300 {
				x.Put(fmt.Sprint(i), row())
			}
			other := faces(11)
			for range 10 {
				agrees(t, x, row())
				agrees(t, x, other.person())
				agrees(t, x, other.again(x.rows.row(r.IntN(x.Len())), 0.7))
				agrees(t, x, x.rows.row(r.IntN(x.Len())))
			}
			agrees(t, x, make(Vector, dim))
			for range 300 { // changes without another codec
				id := fmt.Sprint(r.IntN(fitFrom))
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
	x := NewIndex(dim)
	for i := range fitFrom {
		x.Put(fmt.Sprint(i), c.person())
	}
	with := func(f float32) Vector {
		v := c.person()
		v[7] = f
		return v
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := []Vector{with(nan), with(inf), with(-inf), with(3e38), with(1e-44), with(5), flat(1).person()}
	for _, v := range odd {
		agrees(t, x, v)
	}
	for i, v := range odd {
		x.Put(fmt.Sprint("odd", i), v)
	}
	for range 20 {
		agrees(t, x, c.person())
		agrees(t, x, odd[6])
	}
}

func TestSearchAmongManyIsExact(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 20_000
	}
	c := faces(5)
	x := NewIndex(dim)
	for i := range n {
		x.Put(fmt.Sprint(i), c.person())
	}
	for i := range 40 {
		agrees(t, x, c.again(x.rows.row(i*n/40), 0.6))
		agrees(t, x, c.person())
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

// The bound is one: above every score that a row has, by float64 and by float32.
func TestBoundsHold(t *testing.T) {
	for name, row := range kinds() {
		x := NewIndex(dim)
		for i := range fitFrom {
			x.Put(fmt.Sprint(i), row())
		}
		if x.rows.codec == nil {
			t.Logf("%s: no codec pays", name)
			continue
		}
		for _, probe := range []Vector{row(), faces(3).person(), flat(4).person()} {
			var q query
			if !x.rows.codec.query(probe, &q) {
				t.Fatalf("%s: no query", name)
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
						t.Fatalf("%s: bound %g of score %g", name, bound, exact)
					}
				}
			}
		}
	}
}

func TestSearchAllocatesNothing(t *testing.T) {
	c := faces(1)
	x := NewIndex(dim)
	for i := range fitFrom {
		x.Put(fmt.Sprint(i), c.person())
	}
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
