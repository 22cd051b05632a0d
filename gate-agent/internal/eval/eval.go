package eval

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Report is the outcome of an evaluation.
type Report struct {
	Photos      int // per reference
	Gallery     int
	NotDetected []string // photos without a face
	Unreadable  []Unreadable
	All         Group
	Groups      []Group // by name, where the people have groups
	Calibration *face.Calibration

	answers []answer
}

// Run evaluates models on people with references of so many photos. Photos that
// cannot be read are listed in the Report; it fails when nobody is left to be
// found, or when a model does. progress is called after each photo.
func Run(ctx context.Context, models *vision.Models, people []Person, photos int, progress func(done, all int)) (Report, error) {
	if photos < 1 {
		return Report{}, fmt.Errorf("evaluate: %d photos for a reference, want 1 or more", photos)
	}
	taken, missed, bad, err := analyse(ctx, models, people, photos, progress)
	if err != nil {
		return Report{}, fmt.Errorf("evaluate: %w", err)
	}
	slices.Sort(missed)
	gallery, probes := trial(taken, photos)
	if len(gallery) == 0 {
		return Report{}, fmt.Errorf("evaluate: no person has more than %d usable photos", photos)
	}
	r := Report{Photos: photos, Gallery: len(gallery), NotDetected: missed, Unreadable: bad}
	r.answers = identify(gallery, probes)
	r.All = measure("all", r.answers)
	groups := make(map[string][]answer)
	for _, a := range r.answers {
		if a.group != "" {
			groups[a.group] = append(groups[a.group], a)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		r.Groups = append(r.Groups, measure(name, groups[name]))
	}
	if c, ok := calibrate(gallery, probes); ok {
		r.Calibration = &c
	}
	return r, nil
}
