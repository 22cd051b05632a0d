//go:build !amd64

package face

func scanKernels() map[string]func(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int {
	return nil
}

func dotKernels() map[string]func(a, b *float32, n int) float32 { return nil }
