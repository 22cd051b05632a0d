package face

import "testing"

func scanKernels() map[string]func(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int {
	all := map[string]func(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int{}
	if useAVX2 {
		all["AVX2"] = scanAVX2
	}
	if useVNNI {
		all["VNNI"] = scanVNNI
	}
	return all
}

func dotKernels() map[string]func(a, b *float32, n int) float32 {
	if !useAVX2 {
		return nil
	}
	return map[string]func(a, b *float32, n int) float32{"AVX2": dotLanesAVX2}
}

// BenchmarkScan prints how fast each kernel reads codes that are in a cache.
func BenchmarkScan(b *testing.B) {
	const blocks, width = 64, 128
	codes, norms := make([]byte, blocks*blockRows*width), make([]byte, blocks*blockNorms)
	kernels := scanKernels()
	kernels["Go"] = scanGo
	for name, kernel := range kernels {
		b.Run(name, func(b *testing.B) {
			q := &query{width: width}
			var bounds [blockRows]float32
			b.SetBytes(int64(len(codes) + len(norms)))
			for b.Loop() {
				kernel(&codes[0], &norms[0], blocks, q, 1, &bounds)
			}
		})
	}
}
