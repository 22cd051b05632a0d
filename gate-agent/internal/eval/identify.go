package eval

import (
	"context"

	"github.com/openstile/stile/shared/face"
)

// trial is what one evaluation compares: references with probes of their owners
// and of strangers.
type trial struct {
	gallery     []face.Vector
	probes      []probe
	notEnrolled []string // people of whose photos for a reference none is usable
}

// probe is one photo that is searched for.
type probe struct {
	group    string
	owner    int // its reference, or -1 if non-mated
	features face.Vector
}

// arrange makes a reference of the first photos of each person who has more, a
// mated probe of each other photo, and a non-mated one of each person who has a
// single photo. A person with no usable photo for a reference leaves the trial:
// there is nobody to be found. An unreadable photo says nothing of recognition and
// is no probe.
func arrange(people []sampled, photos int, unreadable map[string]bool) trial {
	var t trial
	for _, p := range people {
		switch n := len(p.features); {
		case n == 1:
			if v := p.features[0]; v != nil {
				t.probes = append(t.probes, probe{p.Group, -1, v})
			}
		case n > photos:
			var first []face.Vector
			for _, v := range p.features[:photos] {
				if v != nil {
					first = append(first, v)
				}
			}
			if len(first) == 0 {
				t.notEnrolled = append(t.notEnrolled, p.Name)
				continue
			}
			t.gallery = append(t.gallery, face.Fuse(first...))
			for k, v := range p.features[photos:] {
				if unreadable[p.Photos[photos+k]] {
					continue
				}
				// One without a face is a miss: it scores nothing.
				t.probes = append(t.probes, probe{p.Group, len(t.gallery) - 1, v})
			}
		}
	}
	return t
}

// answer is what a search for a probe gave.
type answer struct {
	group   string
	mated   bool
	correct bool       // the best candidate is the owner
	score   face.Score // of the best candidate
	second  face.Score // of the next
}

// identify searches the gallery for each probe.
func (t trial) identify(ctx context.Context) ([]answer, error) {
	answers := make([]answer, len(t.probes))
	for i, p := range t.probes {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a := answer{group: p.group, mated: p.owner >= 0, score: -1, second: -1}
		if p.features != nil {
			for id, reference := range t.gallery {
				switch s := face.Compare(p.features, reference); {
				case s > a.score:
					a.score, a.second, a.correct = s, a.score, id == p.owner
				case s > a.second:
					a.second = s
				}
			}
		}
		answers[i] = a
	}
	return answers, nil
}
