// Package face holds the arithmetic of recognition: vectors, scores, the
// threshold for a gallery size, and exact search. It knows nothing of pixels
// and uses no cgo.
package face

import "math"

// Vector is one face's features, L2-normalised. Its length is the dimension
// that the model's manifest names (512 for the default recogniser).
type Vector []float32

// Score is the inner product of two Vectors: 1 for the same image, near 0 for
// different persons.
type Score float32

// Normalise scales v in place to unit length and returns it. A zero vector
// stays zero, so that it matches nothing.
func Normalise(v Vector) Vector {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return v
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
	return v
}

// Compare returns the inner product of two vectors of the same dimension, the
// same bits on every processor.
func Compare(a, b Vector) Score { return Score(dot(a, b)) }

// Wipe zeroes v.
func Wipe(v Vector) { clear(v) }
