package face

// Fuse makes one template of several of one person, of the same dimension.
// There must be at least one.
func Fuse(vectors ...Vector) Vector {
	sum := make(Vector, len(vectors[0]))
	for _, v := range vectors {
		for i, x := range v {
			sum[i] += x
		}
	}
	return Normalise(sum)
}
