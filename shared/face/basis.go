package face

import "context"

// iterations of the orthogonal iteration. The directions need not be the
// principal ones exactly, for any orthonormal ones are right: they must only
// catch almost as much, and eight steps leave less than a hundredth of it out.
const iterations = 8

// principal returns the n strongest orthonormal directions of rows, the
// strongest first, each of length dim. It is the orthogonal iteration (Golub and
// Van Loan, Matrix Computations, 8.2.4) on the matrix of second moments. The mean
// is not taken off: it becomes a direction like any other. What it returns when
// ctx is done before is of no use.
func principal(ctx context.Context, rows []Vector, n int) []float32 {
	dim := len(rows[0])
	moments := secondMoments(ctx, rows)
	basis := make([]float32, n*dim)
	for j := range n { // the rows themselves are the best guess
		copy(basis[j*dim:], rows[j*len(rows)/n])
	}
	orthonormalise(ctx, basis, dim)
	next := make([]float32, n*dim)
	for range iterations {
		for j := range n {
			if ctx.Err() != nil {
				break
			}
			v := basis[j*dim : (j+1)*dim]
			for i := range dim {
				next[j*dim+i] = dot(moments[i*dim:(i+1)*dim], v)
			}
		}
		basis, next = next, basis
		orthonormalise(ctx, basis, dim)
	}
	clear(moments)
	clear(next)
	return basis
}

// secondMoments returns the sum of the outer products of rows.
func secondMoments(ctx context.Context, rows []Vector) []float32 {
	dim, n := len(rows[0]), len(rows)
	columns := make([]float32, dim*n)
	for k, x := range rows {
		for i, v := range x {
			columns[i*n+k] = v
		}
	}
	sums := make([]float32, dim*dim)
	for i := range dim {
		if ctx.Err() != nil {
			break
		}
		for j := range i + 1 {
			s := dot(columns[i*n:(i+1)*n], columns[j*n:(j+1)*n])
			sums[i*dim+j], sums[j*dim+i] = s, s
		}
	}
	clear(columns)
	return sums
}

// orthonormalise is the classical Gram-Schmidt process, twice for each direction
// so that rounding leaves it orthogonal (Kahan's "twice is enough"). A direction
// that depends on the former ones is replaced by the first axis that does not.
func orthonormalise(ctx context.Context, basis []float32, dim int) {
	n := len(basis) / dim
	across := make([]float32, n*dim) // the finished directions by coordinate
	share := make([]float32, n)
	axis := 0
	for j := range n {
		if ctx.Err() != nil {
			break
		}
		v := basis[j*dim : (j+1)*dim]
		for !independent(v, basis[:j*dim], across, share) {
			clear(v)
			v[axis] = 1
			axis++
		}
		for i, x := range v {
			across[i*n+j] = x
		}
	}
	clear(across)
	clear(share)
}

// independent takes the former directions off v and scales the rest to length
// one. It reports false when hardly any rest is left. share is room for what v
// has of each direction.
func independent(v, former, across, share []float32) bool {
	const least = 1e-3 // of the length that v had
	dim, n := len(v), len(share)
	share = share[:len(former)/dim]
	Normalise(v)
	for range 2 {
		for k := range share {
			share[k] = dot(former[k*dim:(k+1)*dim], v)
		}
		for i := range v {
			v[i] -= dot(across[i*n:i*n+len(share)], share)
		}
		if squares(v) < least*least {
			return false
		}
		Normalise(v)
	}
	return true
}
