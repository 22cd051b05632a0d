package vision

import (
	"fmt"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/face"
)

// Template returns the features of a face, L2-normalised, as one of several
// probes that are fused: the picture as it is, in one pass.
func (a *Analyser) Template(f Frame, found Face) (face.Vector, error) {
	return a.features(f, found, false)
}

// Probe returns the features of a face that must decide alone: of the picture
// and its mirror image, which costs twice a Template and misses fewer people.
func (a *Analyser) Probe(f Frame, found Face) (face.Vector, error) {
	return a.features(f, found, false, true)
}

// Reference returns the features of a face as a template to store. It is made
// as a Probe is.
func (a *Analyser) Reference(f Frame, found Face) (face.Vector, error) {
	return a.features(f, found, false, true)
}

// features is the mean of passes over the aligned face, mirrored or not.
func (a *Analyser) features(f Frame, found Face, passes ...bool) (face.Vector, error) {
	img, release, err := f.mat()
	if err != nil {
		return nil, err
	}
	defer release()
	v := make(face.Vector, a.models.Dimension())
	for _, mirrored := range passes {
		if err := a.addFeatures(v, img, found, mirrored); err != nil {
			return nil, err
		}
	}
	return face.Normalise(v), nil
}

// addFeatures adds the normalised features of the aligned face to v.
func (a *Analyser) addFeatures(v face.Vector, img gocv.Mat, found Face, mirrored bool) error {
	pix, err := a.align(img, found)
	if err == nil && mirrored {
		gocv.Flip(a.aligned, &a.aligned, 1)
		pix, err = a.aligned.DataPtrUint8()
	}
	if err == nil {
		err = a.recogniser.runPixels(pix)
	}
	if err != nil {
		return fmt.Errorf("compute features: %w", err)
	}
	features := face.Normalise(face.Vector(a.recogniser.net.output(0)))
	for i, x := range features {
		v[i] += x
	}
	return nil
}
