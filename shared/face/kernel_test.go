package face

import (
	"math"
	"math/rand/v2"
	"testing"
)

// extremes are codes and weights at which a product or sum could overflow.
func extremes(r *rand.Rand, rows []byte, weights []int8) {
	for i := range rows {
		rows[i] = []byte{0, 1, 128, 255}[r.IntN(4)]
	}
	for j := 0; j < len(weights); j += 2 { // magnitudes of neighbours sum to 128 at most
		sign := int8(1 - 2*r.IntN(2))
		first := []int{127, 1, 64, 0}[r.IntN(4)]
		weights[j], weights[j+1] = sign*int8(first), sign*int8(min(127, 128-first))
	}
}

func TestScanKernelsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const blocks = 5
	for trial := range 400 {
		q := &query{width: []int{4, 8, 12, 96, 128, 192, 256, 512}[trial%8], scale: r.Float32() * 1e-4, base: 0.01, inner: 1e-4, outer: 1e-3}
		rows, norms := make([]byte, blocks*blockRows*q.width), make([]byte, blocks*blockNorms)
		if trial%2 == 0 {
			extremes(r, rows, q.code[:q.width])
		} else {
			for i := range rows {
				rows[i] = byte(r.Uint32())
			}
			w := make([]float32, q.width)
			for j := range w {
				w[j] = float32(r.NormFloat64())
			}
			q.quantise(w)
		}
		for i := range norms {
			norms[i] = byte(r.Uint32())
		}
		norms[blockNorms*2+r.IntN(blockRows)] = unbounded
		q.offset = 0
		for _, u := range q.code[:q.width] {
			q.offset -= zeroCode * int32(u)
		}
		for _, bar := range []float32{-100, 0, 0.1, 1, 100, float32(math.Inf(1))} {
			for b := 0; b < blocks; b++ {
				var want [blockRows]float32
				from := scanGo(&rows[b*blockRows*q.width], &norms[b*blockNorms], blocks-b, q, bar, &want)
				for name, kernel := range scanKernels() {
					var got [blockRows]float32
					at := kernel(&rows[b*blockRows*q.width], &norms[b*blockNorms], blocks-b, q, bar, &got)
					if at != from {
						t.Fatalf("%s, width %d, bar %g: block %d, want %d", name, q.width, bar, at, from)
					}
					for l := range got {
						if from < blocks-b && math.Float32bits(got[l]) != math.Float32bits(want[l]) {
							t.Fatalf("%s, width %d, row %d: bound %g, want %g", name, q.width, l, got[l], want[l])
						}
					}
				}
				b += from
			}
		}
	}
}

func TestDotKernelsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	a, b := make([]float32, 1024), make([]float32, 1024)
	for trial := range 2000 {
		spread := float64(trial % 40)
		for i := range a {
			a[i] = float32(r.NormFloat64() * math.Exp2(spread*(r.Float64()-0.5)))
			b[i] = float32(r.NormFloat64())
		}
		if trial%50 == 49 {
			a[r.IntN(len(a))] = float32(math.Inf(1))
		}
		n := lanes * (1 + r.IntN(len(a)/lanes))
		want := dotLanesGo(&a[0], &b[0], n)
		for name, kernel := range dotKernels() {
			if got := kernel(&a[0], &b[0], n); math.Float32bits(got) != math.Float32bits(want) {
				t.Fatalf("%s of %d: %g, want %g", name, n, got, want)
			}
		}
	}
}

func TestDotOfAnyLength(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 100 {
		a, b := make([]float32, n), make([]float32, n)
		var want float64
		for i := range a {
			a[i], b[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
			want += float64(a[i]) * float64(b[i])
		}
		if got := dot(a, b); math.Abs(float64(got)-want) > 1e-4 {
			t.Errorf("length %d: %g, want %g", n, got, want)
		}
	}
}
