package face

import (
	"math"
	"math/rand/v2"
)

// crowd makes templates like those of a model: a mean, a spectrum, and axes that
// lie anywhere.
type crowd struct {
	dim     int
	r       *rand.Rand
	sigma   []float64
	mean    float64
	mirrors []Vector
}

func newCrowd(dim int, seed uint64, mean float64, variance func(i int) float64) *crowd {
	c := &crowd{dim: dim, r: rand.New(rand.NewPCG(seed, 7)), mean: mean, sigma: make([]float64, dim)}
	var sum float64
	for i := range c.sigma {
		sum += variance(i)
	}
	for i := range c.sigma {
		c.sigma[i] = math.Sqrt(variance(i) / sum)
	}
	for range 3 {
		c.mirrors = append(c.mirrors, random(c.r, dim))
	}
	return c
}

// faces is a crowd with the spectrum of the default recogniser: of its variance
// 72 % lie in 64 directions, 88 % in 96, 97 % in 128 and all but a hundredth of a
// per cent in 160.
func faces(dim int, seed uint64) *crowd {
	return newCrowd(dim, seed, 0.2, func(i int) float64 {
		switch {
		case i < 64:
			return 0.72 / 64 * (1.6 - 1.2*float64(i)/63)
		case i < 96:
			return 0.157 / 32
		case i < 128:
			return 0.095 / 32
		case i < 144:
			return 0.025 / 16
		case i < 160:
			return 0.0029 / 16
		}
		return 0.0001 / 352
	})
}

func flat(dim int, seed uint64) *crowd { return newCrowd(dim, seed, 0, func(int) float64 { return 1 }) }

func gentle(dim int, seed uint64) *crowd {
	return newCrowd(dim, seed, 0, func(i int) float64 { return 1 / math.Sqrt(float64(i+1)) })
}

// person returns a template of somebody.
func (c *crowd) person() Vector {
	v := make(Vector, c.dim)
	for i, s := range c.sigma {
		v[i] = float32(s * c.r.NormFloat64())
	}
	v[c.dim-1] += float32(c.mean)
	return Normalise(c.turn(v))
}

// shorten gives v, of length one, a length between 0.7 and 1, as the default
// recogniser does.
func (c *crowd) shorten(v Vector) Vector {
	length := 0.7 + 0.3*c.r.Float32()
	for i := range v {
		v[i] *= length
	}
	return v
}

// mixtures returns a quick source of many different templates: each is made of
// two of a few.
func (c *crowd) mixtures(few int) func() Vector {
	people := make([]Vector, few)
	for i := range people {
		people[i] = c.person()
	}
	v := make(Vector, c.dim)
	return func() Vector {
		a, b, share := people[c.r.IntN(few)], people[c.r.IntN(few)], c.r.Float32()
		for i := range v {
			v[i] = a[i] + share*b[i]
		}
		return Normalise(v)
	}
}

// again returns another template of the same person, of about that score.
func (c *crowd) again(v Vector, score float64) Vector {
	w := c.person()
	out := make(Vector, c.dim)
	for i := range out {
		out[i] = float32(score)*v[i] + float32(math.Sqrt(1-score*score))*w[i]
	}
	return Normalise(out)
}

// turn mirrors v a few times, which is a rotation of the space.
func (c *crowd) turn(v Vector) Vector {
	for _, m := range c.mirrors {
		s := 2 * dot(v, m)
		for i := range v {
			v[i] -= s * m[i]
		}
	}
	return v
}
