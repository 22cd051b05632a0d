package vision

import (
	"fmt"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// lift is by how many rows the mirror image is moved up against the picture:
// the two then differ in more than their sides, and miss fewer people than two
// of one position.
const lift = 3

// Features appends the features of a face to v, so that a caller's memory can
// serve frame after frame: a reference to store, or a probe to search for; both
// are made in the same way. They are the mean over the picture and its mirror
// image, which misses fewer people than either. On an error v is returned as it
// was; a recogniser that says nothing of a face, or no numbers, is one.
func (a *Analyser) Features(v face.Vector, f Frame, found Face) (face.Vector, error) {
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
	if err := a.recognise(pix, v[start:]); err != nil {
		face.Wipe(v[start:])
		return v[:start], fmt.Errorf("compute features: %w", err)
	}
	return v, nil
}

// recognise writes the features of an aligned face to sum.
func (a *Analyser) recognise(pix []byte, sum face.Vector) error {
	clear(sum)
	width := a.recogniser.size.X
	size := 3 * width * a.recogniser.size.Y
	for pass := range 2 {
		if err := a.recogniser.fill(pix[3*width*lift*pass:][:size]); err != nil {
			return err
		}
		if pass == 1 {
			mirror(a.recogniser.net.input(), width)
		}
		if err := a.recogniser.net.run(); err != nil {
			return err
		}
		for i, x := range a.recogniser.net.output(0) {
			sum[i] += x / 2
		}
	}
	return a.models.manifest.Recogniser.Strength.even(sum)
}
