package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openstile/stile/shared/vision"
)

// Options bound a run.
type Options struct {
	Largest  int               // most templates in a gallery
	Each     time.Duration     // how long each figure is measured, at least; three rounds are
	Peers    string            // folder in which Node finds usearch
	Progress func(step string) // called before each step
}

// Sizes of the galleries.
var searched = []int{10_000, 100_000, 1_000_000}

const (
	atGate = 100_000 // templates for memory and decision

	// Every search has its own copy: ours two, usearch one and a quarter, and FAISS
	// one that it makes room for by doubling.
	bytesPerTemplate = 11_000
)

// ErrDimension means that the models' templates are not of the length for which
// there are templates to search.
var ErrDimension = errors.New("templates are of another dimension")

// Run measures models, as gates run them, and opencv, the same models in OpenCV.
// It leaves out galleries for which there is too little memory. It fails with
// ErrDimension, with the context's error when that ends, or when a model does.
func Run(ctx context.Context, models, opencv *vision.Models, pictures []Picture, opts Options) (r Report, err error) {
	if d := models.Dimension(); d != dimension {
		return r, fmt.Errorf("%w: %d, want %d", ErrDimension, d, dimension)
	}
	b := &bencher{Options: opts, models: models, pictures: pictures}
	if b.see, err = models.NewAnalyser(); err != nil {
		return r, err
	}
	defer b.see.Close()
	if b.other, err = opencv.NewAnalyser(); err != nil {
		return r, err
	}
	defer b.other.Close()
	b.bare, b.otherBare = b.see.Bare(), b.other.Bare()

	r, err = b.measure(ctx)
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %w", ctx.Err()) // what else failed did so because of it
	}
	return r, err
}

// bencher is what the steps share.
type bencher struct {
	Options
	models          *vision.Models
	pictures        []Picture
	see, other      *vision.Analyser // of the models, and in OpenCV
	bare, otherBare *vision.Bare
}

func (b *bencher) measure(ctx context.Context) (Report, error) {
	r := Report{Backend: b.models.Backend(), Pictures: len(b.pictures)}
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"a frame", func() (err error) { r.Pipeline, err = b.pipeline(ctx); return }},
		{"the models", func() (err error) { r.Inference, err = b.inference(ctx); return }},
		{"enrolment", func() (err error) { r.Enrolment, err = b.enrolment(ctx); return }},
		{"memory and decisions", func() (err error) { r.Memory, r.Decision, err = b.gate(ctx); return }},
	} {
		b.Progress("measuring " + step.name)
		if err := step.run(); err != nil {
			return r, fmt.Errorf("measure %s: %w", step.name, err)
		}
	}
	for i, n := range searched {
		if i > 0 && searched[i-1] >= b.Largest {
			break
		}
		n = min(n, b.Largest)
		if free := available(); free > 0 && uint64(n)*bytesPerTemplate > free {
			b.Progress(fmt.Sprintf("leaving out %d templates: they need %.1f GB of memory, %.1f are free", n, float64(n)*bytesPerTemplate/1e9, float64(free)/1e9))
			break
		}
		row, err := b.search(ctx, n)
		if err != nil {
			return r, fmt.Errorf("measure a search among %d templates: %w", n, err)
		}
		r.Search = append(r.Search, row)
	}
	return r, nil
}
