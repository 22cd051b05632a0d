//go:build !amd64

package face

func dotLanes(a, b *float32, n int) float32 { return dotLanesGo(a, b, n) }

func scan(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int {
	return scanGo(codes, norms, blocks, q, bar, bounds)
}
