package bench

import (
	"context"

	"github.com/openstile/stile/shared/vision"
)

// Enrolment is what one core enrols: from a decoded photo to the template to
// store, against the bare runs of the models inside it; and from the JPEG.
type Enrolment struct {
	PerSecond  float64 `json:"photos_per_s"` // of one core, decoded
	Time       float64 `json:"ms"`
	Bare       float64 `json:"bare_ms"`
	Ratio      float64 `json:"ratio"`
	Decode     float64 `json:"decode_ms"`
	FromJPEG   float64 `json:"jpegs_per_s"` // of one core, with decoding
	RatioJPEG  float64 `json:"jpeg_ratio"`  // with decoding, against the same bare runs
	PhotoWidth float64 `json:"photo_width"` // in the mean, in pixels
}

func (b *bencher) enrolment(ctx context.Context) (e Enrolment, err error) {
	enrol, decode := newPairs(len(b.pictures)), newPairs(len(b.pictures))
	err = rounds(ctx, b.Each, func(int) error {
		for i, p := range b.pictures {
			if err := enrol.add(i, b.bare, func() error { _, err := b.see.Enrol(p.portrait); return err }); err != nil {
				return err
			}
			if err := decode.add(i, b.bare, func() error { _, err := vision.DecodePhoto(p.file); return err }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	for _, p := range b.pictures {
		e.PhotoWidth += float64(p.portrait.Width) / float64(len(b.pictures))
	}
	e.Time, e.Bare = enrol.means()
	e.Decode, _ = decode.means()
	e.PerSecond, e.FromJPEG = 1000/e.Time, 1000/(e.Time+e.Decode)
	e.Ratio, e.RatioJPEG = e.Time/e.Bare, (e.Time+e.Decode)/e.Bare
	return e, nil
}
