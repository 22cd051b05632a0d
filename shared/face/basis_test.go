package face

import (
	"math"
	"testing"
)

// The proof of the bound leans on it.
func TestPrincipalIsOrthonormal(t *testing.T) {
	for name, row := range kinds(dim) {
		rows := make([]Vector, 300)
		for i := range rows {
			rows[i] = row()
		}
		const n = 96
		basis := principal(t.Context(), rows, n)
		for j := range n {
			for k := range j + 1 {
				var product, want float64
				for i := range dim {
					product += float64(basis[j*dim+i]) * float64(basis[k*dim+i])
				}
				if j == k {
					want = 1
				}
				if math.Abs(product-want) > 1e-6 {
					t.Fatalf("%s: directions %d and %d: %g", name, j, k, product)
				}
			}
		}
	}
}
