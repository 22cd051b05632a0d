package bench

import (
	"math"
	"math/rand/v2"

	"github.com/openstile/stile/shared/face"
)

// crowd makes templates like those of the default recogniser. A search must be
// measured on such: how much of a template lies in few directions decides how
// soon a row can be ruled out.
type crowd struct {
	r       *rand.Rand
	sigma   []float64 // by direction
	mirrors []face.Vector
}

const dimension = 512

// spectrum is the share of the default recogniser's variance in its first
// directions, measured on pictures of 5,749 people.
var spectrum = []struct {
	until int
	share float64
}{{64, 0.72}, {96, 0.157}, {128, 0.095}, {144, 0.025}, {160, 0.0029}, {dimension, 0.0001}}

const (
	crowdMean = 0.2  // length of the mean of all templates, before normalising
	shortest  = 0.75 // length of a striking face's template; that of a weak one is 1
)

func newCrowd(seed uint64) *crowd {
	c := &crowd{r: rand.New(rand.NewPCG(seed, 7)), sigma: make([]float64, dimension)}
	from := 0
	for _, band := range spectrum {
		for i := from; i < band.until; i++ {
			c.sigma[i] = math.Sqrt(band.share / float64(band.until-from))
		}
		from = band.until
	}
	for range 3 {
		m := make(face.Vector, dimension)
		for i := range m {
			m[i] = float32(c.r.NormFloat64())
		}
		c.mirrors = append(c.mirrors, face.Normalise(m))
	}
	return c
}

// person writes a template of somebody to v.
func (c *crowd) person(v face.Vector) {
	for i, s := range c.sigma {
		v[i] = float32(s * c.r.NormFloat64())
	}
	v[dimension-1] += crowdMean
	for _, m := range c.mirrors { // together a rotation, so that no axis is special
		s := 2 * float32(face.Compare(v, m))
		for i := range v {
			v[i] -= s * m[i]
		}
	}
	c.stretch(v)
}

// again returns another template of the person of v, which is about so much
// alike (see face.Alike).
func (c *crowd) again(v face.Vector, alike float64) face.Vector {
	out := make(face.Vector, dimension)
	c.person(out)
	own, other := alike/face.Length(v), math.Sqrt(1-alike*alike)/face.Length(out)
	for i := range out {
		out[i] = float32(own)*v[i] + float32(other)*out[i]
	}
	c.stretch(out)
	return out
}

// stretch gives v one of the lengths that templates have.
func (c *crowd) stretch(v face.Vector) {
	face.Normalise(v)
	length := float32(shortest + (1-shortest)*c.r.Float64())
	for i := range v {
		v[i] *= length
	}
}
