package face

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

const dim = 512

func random(r *rand.Rand, dim int) Vector {
	v := make(Vector, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return Normalise(v)
}

func TestEncodeKeepsTheScore(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		a, b := random(r, dim), random(r, dim)
		got, err := Decode(Encode(a), dim)
		if err != nil {
			t.Fatal(err)
		}
		if d := math.Abs(float64(Compare(got, b) - Compare(a, b))); d > 0.002 {
			t.Fatalf("score moved by %.4f", d)
		}
		if s := Compare(got, a); s < 0.9995 {
			t.Fatalf("template against itself: %.5f", s)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := Encode(random(rand.New(rand.NewPCG(1, 2)), dim))
	change := func(i int, b byte) []byte {
		out := append([]byte(nil), good...)
		out[i] = b
		return out
	}
	for name, data := range map[string][]byte{
		"empty":             nil,
		"header only":       good[:encodingHeader],
		"short":             good[:len(good)-1],
		"long":              append(append([]byte(nil), good...), 0),
		"another version":   change(0, 9),
		"another dimension": change(1, 1),
		"negative scale":    change(6, 0xbf),
		"zero vector":       Encode(make(Vector, dim)),
	} {
		if _, err := Decode(data, dim); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(random(rand.New(rand.NewPCG(1, 2)), dim)))
	f.Add([]byte{1, 0, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Decode(data, dim)
		if err != nil {
			return
		}
		if n := Length(v); !(n > 0 && n <= maxLength) {
			t.Fatalf("length %g", n)
		}
	})
}

func TestIndexFindsTheBestTwo(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	x := NewIndex(dim)
	all := map[string]Vector{}
	for i := range 300 {
		id := fmt.Sprint(i)
		all[id] = random(r, dim)
		x.Put(id, all[id])
	}
	for i := range 100 { // removals move rows about
		id := fmt.Sprint(i * 3)
		if !x.Remove(id) {
			t.Fatalf("%s was not there", id)
		}
		delete(all, id)
	}
	all["7"] = random(r, dim)
	x.Put("7", all["7"])
	if x.Len() != len(all) {
		t.Fatalf("%d rows, want %d", x.Len(), len(all))
	}
	for range 50 {
		q := random(r, dim)
		best, second := Hit{Score: -1}, Hit{Score: -1}
		for id, v := range all {
			if s := Compare(q, v); s > best.Score {
				best, second = Hit{id, s}, best
			} else if s > second.Score {
				second = Hit{id, s}
			}
		}
		b, s := x.Search(q, -1)
		if b != best || s != second {
			t.Fatalf("got %v %v, want %v %v", b, s, best, second)
		}
	}
}

func TestIndexLeavesNothingBehind(t *testing.T) {
	c := faces(dim, 5)
	x := coded(dim, segmentRows+20, c.person)
	k, segments := x.rows.codec(), slices.Clone(x.rows.segments)
	made := []*codes{segments[0].codes, segments[1].codes}
	left := func(i int) int {
		rows, bytes, norms := segments[i].rows, made[i].bytes, made[i].norms
		return len(rows) - zeros(rows) + len(bytes) - zeros(bytes) + len(norms) - zeros(norms)
	}
	for i := segmentRows - 10; i < segmentRows+20; i++ {
		x.Remove(fmt.Sprint(i))
	}
	if n := left(1); n != 0 || len(x.rows.segments) != 1 {
		t.Errorf("%d numbers survived removal in the last of %d segments", n, len(x.rows.segments))
	}
	if n := x.Wipe(); n != segmentRows-10 {
		t.Errorf("wiped %d", n)
	}
	if n := left(0); n != 0 {
		t.Errorf("%d numbers survived", n)
	}
	if zeros(k.basis) != len(k.basis) || zeros(k.scales) != len(k.scales) {
		t.Error("the codec survived")
	}
	if best, _ := x.Search(c.person(), -1); best != (Hit{Score: -1}) {
		t.Errorf("an empty index found %+v", best)
	}
	x.Put("again", c.person())
	if x.Len() != 1 {
		t.Errorf("%d rows after a wipe and a put", x.Len())
	}
}

func zeros[T comparable](all []T) (n int) {
	var zero T
	for _, v := range all {
		if v == zero {
			n++
		}
	}
	return n
}

// A gallery's memory is little more than its float32 rows.
func TestIndexIsSmall(t *testing.T) {
	const n = 20_000
	next := faces(dim, 1).mixtures(200)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := NewIndex(dim)
	for i := range n {
		x.Put(fmt.Sprintf("0193a7c2-aaaa-7bbb-8ccc-%012d", i), next())
	}
	x.Settle()
	runtime.GC()
	runtime.ReadMemStats(&after)
	ratio := float64(after.HeapAlloc-before.HeapAlloc) / float64(4*dim*x.Len())
	if t.Logf("%.2f times the rows", ratio); ratio > 1.35 {
		t.Errorf("%.2f times the rows, want at most 1.35", ratio)
	}
}
