package enrol

import (
	"context"
	"errors"
	"fmt"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Faces makes templates of photos, a bounded number at a time, so that a rush
// of enrolments cannot take the machine from the gates.
type Faces struct {
	models *vision.Models
	free   chan *vision.Analyser
	size   int
}

// NewFaces makes n analysers of models.
func NewFaces(models *vision.Models, n int) (*Faces, error) {
	f := &Faces{models: models, free: make(chan *vision.Analyser, n), size: n}
	for range n {
		a, err := models.NewAnalyser()
		if err != nil {
			f.size = len(f.free)
			return nil, errors.Join(err, f.Close())
		}
		f.free <- a
	}
	return f, nil
}

// Close frees the analysers, once those at work are done.
func (f *Faces) Close() error {
	var errs []error
	for range f.size {
		errs = append(errs, (<-f.free).Close())
	}
	return errors.Join(errs...)
}

// made is what a photo gave: a template, or the reasons why not.
type made struct {
	template face.Vector
	quality  checkin.Quality
	reasons  []checkin.QualityReason
}

// of makes the template of a photo. Bytes that are no picture at all are the
// sender's mistake and an error about the field "photo"; a picture that is not
// good enough is a result with reasons.
func (f *Faces) of(ctx context.Context, photo []byte) (made, error) {
	var a *vision.Analyser
	select {
	case a = <-f.free:
		defer func() {
			a.Wipe() // the next photo may be long in coming
			f.free <- a
		}()
	case <-ctx.Done():
		return made{}, checkin.Errorf(checkin.CodeUnavailable, "too many enrolments at once; try again")
	}
	frame, err := vision.DecodePhoto(photo)
	switch {
	case errors.Is(err, vision.ErrTooLarge):
		return made{}, &checkin.Error{Code: checkin.CodeTooLarge, Field: "photo", Message: err.Error()}
	case err != nil:
		return made{}, checkin.Invalid("photo", "%v", err)
	}
	defer clear(frame.Pix)
	e, err := a.Enrol(frame)
	var rejected *vision.Rejection
	if errors.As(err, &rejected) {
		return made{reasons: rejected.Reasons}, nil
	}
	if err != nil {
		return made{}, fmt.Errorf("enrol: %w", err)
	}
	return made{template: e.Template, quality: e.Measures.Quality()}, nil
}
