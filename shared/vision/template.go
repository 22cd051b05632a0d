package vision

import (
	"fmt"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// pass is one look of the recogniser at an aligned face.
type pass int

const (
	upright pass = iota
	mirrored
)

// Passes whose normalised features are averaged into one vector.
var (
	onePass   = []pass{upright}
	twoPasses = []pass{upright, mirrored}
)

// Template returns the features of a face, L2-normalised, as one of several
// probes that are fused: the picture as it is, in one pass.
func (a *Analyser) Template(f Frame, found Face) (face.Vector, error) {
	return a.AppendTemplate(nil, f, found)
}

// AppendTemplate is Template that appends to v, so that a caller's memory can
// serve frame after frame. On an error v is returned as it was.
func (a *Analyser) AppendTemplate(v face.Vector, f Frame, found Face) (face.Vector, error) {
	return a.appendFeatures(v, f, found, onePass)
}

// Probe returns the features of a face that must decide alone: of the picture
// and its mirror image, which costs twice a Template and misses fewer people.
func (a *Analyser) Probe(f Frame, found Face) (face.Vector, error) {
	return a.appendFeatures(nil, f, found, twoPasses)
}

// Reference returns the features of a face as a template to store. It is made
// as a Probe is.
func (a *Analyser) Reference(f Frame, found Face) (face.Vector, error) {
	return a.appendFeatures(nil, f, found, twoPasses)
}

func (a *Analyser) appendFeatures(v face.Vector, f Frame, found Face, passes []pass) (face.Vector, error) {
	p, err := a.lend(f)
	if err != nil {
		return v, err
	}
	defer a.giveBack(p)
	pix, err := a.align(p, found)
	if err != nil {
		return v, fmt.Errorf("compute features: %w", err)
	}
	start := len(v)
	v = slices.Grow(v, a.models.Dimension())[:start+a.models.Dimension()]
	sum := v[start:]
	clear(sum)
	for _, pass := range passes {
		features, err := a.features(pix, pass)
		if err != nil {
			return v[:start], fmt.Errorf("compute features: %w", err)
		}
		for i, x := range features {
			sum[i] += x
		}
	}
	face.Normalise(sum)
	return v, nil
}

// features runs the recogniser once. What it returns is the network's.
func (a *Analyser) features(aligned []byte, how pass) (face.Vector, error) {
	if err := a.recogniser.fill(aligned); err != nil {
		return nil, err
	}
	if how == mirrored {
		mirror(a.recogniser.net.input(), a.recogniser.size.X)
	}
	if err := a.recogniser.net.run(); err != nil {
		return nil, err
	}
	return face.Normalise(face.Vector(a.recogniser.net.output(0))), nil
}
