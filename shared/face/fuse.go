package face

// Fusion makes one Vector of several of one person. The zero value has none.
type Fusion struct {
	sum    Vector
	length float64 // of the vectors, weighted
	weight float64
}

// Add takes in a vector that counts as much as its weight, which is above 0.
// All must be of the same dimension.
func (f *Fusion) Add(v Vector, weight float64) {
	if f.sum == nil {
		f.sum = make(Vector, len(v))
	}
	length := Length(v)
	if length > 0 {
		// A direction counts the more the shorter its vector is: the face was clear
		// to the recogniser.
		scale := float32(weight / (length * length))
		for i, x := range v {
			f.sum[i] += scale * x
		}
	}
	f.length += weight * length
	f.weight += weight
}

// Weight is the sum of the weights so far.
func (f *Fusion) Weight() float64 { return f.weight }

// Vector returns what the vectors say together: between them in direction, and
// of their mean length, so that vectors which differ make it no shorter. It is
// the caller's, and nil when there were none.
func (f *Fusion) Vector() Vector {
	if f.weight == 0 {
		return nil
	}
	v := Normalise(append(Vector(nil), f.sum...))
	scale := float32(f.length / f.weight)
	for i := range v {
		v[i] *= scale
	}
	return v
}

// Wipe zeroes what was taken in; the Fusion is as new.
func (f *Fusion) Wipe() {
	Wipe(f.sum)
	*f = Fusion{}
}

// Fuse makes one template of several of one person, of the same dimension.
// There must be at least one.
func Fuse(vectors ...Vector) Vector {
	var f Fusion
	defer f.Wipe()
	for _, v := range vectors {
		f.Add(v, 1)
	}
	return f.Vector()
}
