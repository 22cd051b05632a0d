package bench

import (
	"context"
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

const atGate = 100_000 // templates for memory and decision

// Run measures models, as gates run them, and opencv, the same models in OpenCV.
// It fails with the context's error when that ends.
func Run(ctx context.Context, models, opencv *vision.Models, pictures []Picture, opts Options) (Report, error) {
	r := Report{Backend: models.Backend(), Pictures: len(pictures)}
	see, err := models.NewAnalyser()
	if err != nil {
		return r, err
	}
	defer see.Close()
	other, err := opencv.NewAnalyser()
	if err != nil {
		return r, err
	}
	defer other.Close()
	b := &bencher{
		Options: opts, pictures: pictures, see: see, bare: see.Bare(), other: other, otherBare: other.Bare(),
	}
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"a frame", func() (err error) { r.Pipeline, err = b.pipeline(ctx); return }},
		{"the models", func() (err error) { r.Inference, err = b.inference(ctx, models); return }},
		{"enrolment", func() (err error) { r.Enrolment, err = b.enrolment(ctx); return }},
		{"memory and decisions", func() (err error) { r.Memory, r.Decision, err = b.gate(ctx); return }},
	} {
		opts.Progress("measuring " + step.name)
		if err := step.run(); err != nil {
			return r, fmt.Errorf("measure %s: %w", step.name, err)
		}
	}
	for i, n := range searched {
		if i > 0 && searched[i-1] >= opts.Largest {
			break
		}
		row, err := b.search(ctx, min(n, opts.Largest))
		if err != nil {
			return r, fmt.Errorf("measure a search among %d templates: %w", n, err)
		}
		r.Search = append(r.Search, row)
	}
	return r, nil
}

// bencher is what the steps share.
type bencher struct {
	Options
	pictures        []Picture
	see, other      *vision.Analyser // as gates run the models, and in OpenCV
	bare, otherBare *vision.Bare
}
