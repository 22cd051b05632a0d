// Package face holds the arithmetic of recognition: vectors, scores, the
// threshold for a gallery size, and exact search. It knows nothing of pixels
// and uses no cgo.
package face

import "math"

// Vector is one face's features, in as many dimensions as the model's manifest
// names (512 for the default recogniser). Its length is at most 1: a model may
// shorten those of striking faces, which reach higher scores with everybody, so
// that one threshold suits all.
type Vector []float32

// Score is the inner product of two Vectors: at most 1, near 0 for different
// persons.
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

// Alike is Compare without regard to lengths: the cosine of two vectors, 1 for
// the same image. It tells whether two pictures show one person, not whether
// that is certain enough among many.
func Alike(a, b Vector) Score {
	lengths := Length(a) * Length(b)
	if lengths == 0 {
		return 0
	}
	return Score(float64(Compare(a, b)) / lengths)
}

// Length returns the Euclidean length of v.
func Length(v Vector) float64 { return math.Sqrt(float64(Compare(v, v))) }

// Wipe zeroes v.
func Wipe(v Vector) { clear(v) }
