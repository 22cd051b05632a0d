package eval

import (
	"context"
	"image"
	"math"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// look is what one photo gives. Both vectors are nil where no face is found.
type look struct {
	vector face.Vector // the reference, or the probe of a photo that decides alone
	frame  face.Vector // of a probe: as a lane sees it in one frame of several
}

func (l look) seen() bool          { return l.vector != nil }
func (l look) alone() face.Vector  { return l.vector }
func (l look) single() face.Vector { return l.frame }

// sampled is a person with a look for each photo.
type sampled struct {
	Person
	looks []look
}

// sample makes a reference of each person's first photos, where they have more,
// and a probe of each other photo.
func sample(ctx context.Context, models *vision.Models, people []Person, photos int, progress func(done, all int)) ([]sampled, Losses, error) {
	type slot struct {
		to     *look
		enrols bool
	}
	out := make([]sampled, len(people))
	var paths []string
	var slots []slot
	for i, p := range people {
		out[i] = sampled{p, make([]look, len(p.Photos))}
		for k, path := range p.Photos {
			paths = append(paths, path)
			slots = append(slots, slot{&out[i].looks[k], p.enrols(photos) && k < photos})
		}
	}
	losses, err := each(ctx, models, paths, progress, func(i int, see *vision.Analyser, photo vision.Frame) (found bool, err error) {
		faces, err := see.Search(photo)
		if err != nil || len(faces) == 0 {
			return false, err
		}
		*slots[i].to, err = lookAt(see, photo, inTheMiddle(faces, photo), slots[i].enrols)
		return true, err
	})
	return out, losses, err
}

// lookAt makes what a photo's part in the trial needs.
func lookAt(see *vision.Analyser, photo vision.Frame, subject vision.Face, enrols bool) (l look, err error) {
	if enrols {
		l.vector, err = see.Reference(photo, subject)
		return l, err
	}
	if l.vector, err = probeOf(see, photo, subject); err != nil {
		return l, err
	}
	l.frame, err = see.Template(photo, subject)
	return l, err
}

// probeOf makes the probe of a photo that decides alone. A lane fuses several
// frames instead, each of one pass.
func probeOf(see *vision.Analyser, photo vision.Frame, subject vision.Face) (face.Vector, error) {
	return see.Probe(photo, subject)
}

// inTheMiddle picks whom the photo is of: large, and close to its centre.
// Enrolment refuses a photo of several people; an evaluation keeps it.
func inTheMiddle(faces []vision.Face, photo vision.Frame) vision.Face {
	best, most := faces[0], -1.0
	half := float64(min(photo.Width, photo.Height)) / 2
	for _, f := range faces {
		twice := f.Box.Min.Add(f.Box.Max).Sub(image.Pt(photo.Width, photo.Height))
		near := max(0.01, 1-math.Hypot(float64(twice.X), float64(twice.Y))/2/half)
		if weight := float64(f.Box.Dx()*f.Box.Dy()) * near * near; weight > most {
			best, most = f, weight
		}
	}
	return best
}
