package face

import "golang.org/x/sys/cpu"

// The kernels that this processor can run. Tests set them to compare all.
//
// VNNI adds four byte products to each of 16 sums at once. Its other form
// (AVX-VNNI, in processors without AVX-512) is one that Go's assembler cannot
// write; they have AVX2.
var (
	useAVX2 = cpu.X86.HasAVX2
	useVNNI = useAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VNNI
)

func dotLanes(a, b *float32, n int) float32 {
	if useAVX2 {
		return dotLanesAVX2(a, b, n)
	}
	return dotLanesGo(a, b, n)
}

func scan(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int {
	switch {
	case useVNNI:
		return scanVNNI(codes, norms, blocks, q, bar, bounds)
	case useAVX2:
		return scanAVX2(codes, norms, blocks, q, bar, bounds)
	}
	return scanGo(codes, norms, blocks, q, bar, bounds)
}

// dotLanesAVX2 is dotLanesGo with eight lanes to a register.
//
//go:noescape
func dotLanesAVX2(a, b *float32, n int) float32

// scanAVX2 is scanGo with eight rows to a register.
//
//go:noescape
func scanAVX2(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int

// scanVNNI is scanGo with a block to a register.
//
//go:noescape
func scanVNNI(codes, norms *byte, blocks int, q *query, bar float32, bounds *[blockRows]float32) int
