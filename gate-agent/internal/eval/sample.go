package eval

import (
	"context"
	"image"
	"math"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// sampled is a person with the features of each photo, nil where no face is found.
type sampled struct {
	Person
	features []face.Vector
}

// sample takes the features of each photo.
func sample(ctx context.Context, models *vision.Models, people []Person, progress func(done, all int)) ([]sampled, Losses, error) {
	out := make([]sampled, len(people))
	var paths []string
	var slots []*face.Vector
	for i, p := range people {
		out[i] = sampled{p, make([]face.Vector, len(p.Photos))}
		for k, path := range p.Photos {
			paths = append(paths, path)
			slots = append(slots, &out[i].features[k])
		}
	}
	losses, err := each(ctx, models, paths, progress, func(i int, see *vision.Analyser, photo vision.Frame) (found bool, err error) {
		faces, err := see.Search(photo)
		if err != nil || len(faces) == 0 {
			return false, err
		}
		*slots[i], err = see.Features(nil, photo, inTheMiddle(faces, photo))
		return true, err
	})
	return out, losses, err
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
