package eval

import "github.com/openstile/stile/shared/face"

// probe is one photo that was searched for.
type probe struct {
	group  string
	owner  int // its reference, or -1 if non-mated
	vector face.Vector
}

// answer is the best candidate for a probe.
type answer struct {
	group   string
	mated   bool
	correct bool // the best candidate is the owner
	score   face.Score
}

// trial sorts the vectors into references and probes: a reference of the first
// photos of each person who has more, a mated probe of each other photo, a
// non-mated one of each person who has a single photo. A person with no usable
// photo for a reference leaves the trial: there is nobody to be found.
func trial(people []sampled, photos int) (gallery []face.Vector, probes []probe) {
	for _, p := range people {
		switch n := len(p.vectors); {
		case n == 1:
			if v := p.vectors[0]; v != nil {
				probes = append(probes, probe{p.Group, -1, v})
			}
		case n > photos:
			var first []face.Vector
			for _, v := range p.vectors[:photos] {
				if v != nil {
					first = append(first, v)
				}
			}
			if len(first) == 0 {
				continue
			}
			gallery = append(gallery, face.Fuse(first...))
			for _, v := range p.vectors[photos:] {
				// One without a face is a miss: nil scores nothing.
				probes = append(probes, probe{p.Group, len(gallery) - 1, v})
			}
		}
	}
	return gallery, probes
}

// identify searches the gallery for each probe.
func identify(gallery []face.Vector, probes []probe) []answer {
	answers := make([]answer, len(probes))
	for i, p := range probes {
		a := answer{group: p.group, mated: p.owner >= 0, score: -1}
		for id, reference := range gallery {
			if p.vector == nil {
				break
			}
			if s := face.Compare(p.vector, reference); s > a.score {
				a.score, a.correct = s, id == p.owner
			}
		}
		answers[i] = a
	}
	return answers
}
