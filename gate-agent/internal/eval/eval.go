package eval

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/openstile/stile/shared/vision"
)

// Report is the outcome of an evaluation.
type Report struct {
	Photos       int // per reference
	Gallery      int
	NotEnrolled  []string // people without a usable photo for a reference
	Lost         Losses
	All          Group
	Groups       []Group      // by name, where the people have groups
	Calibration  *Calibration // nil where Uncalibrated says why
	Uncalibrated error

	answers []answer
}

// Run evaluates models on people with references of so many photos. Photos that
// cannot be read are listed in the Report; it fails when nobody is left to be
// found, when a model does, and when ctx ends. progress is called after each
// photo, by one goroutine at a time.
func Run(ctx context.Context, models *vision.Models, people []Person, photos int, progress func(done, all int)) (Report, error) {
	r, err := run(ctx, models, people, photos, progress)
	if err != nil {
		return Report{}, fmt.Errorf("evaluate: %w", err)
	}
	return r, nil
}

func run(ctx context.Context, models *vision.Models, people []Person, photos int, progress func(done, all int)) (Report, error) {
	if photos < 1 {
		return Report{}, fmt.Errorf("%d photos for a reference: want 1 or more", photos)
	}
	if !slices.ContainsFunc(people, func(p Person) bool { return p.enrols(photos) }) {
		return Report{}, fmt.Errorf("no person has more than %d photos", photos)
	}
	taken, losses, err := sample(ctx, models, people, progress)
	if err != nil {
		return Report{}, err
	}
	t := arrange(taken, photos, losses.unreadable())
	if len(t.gallery) == 0 {
		return Report{}, fmt.Errorf("nobody can be enrolled: %v", losses)
	}
	r := Report{Photos: photos, Gallery: len(t.gallery), NotEnrolled: t.notEnrolled, Lost: losses}
	if r.answers, err = t.identify(ctx); err != nil {
		return Report{}, err
	}
	r.All = measure("", r.answers, nil)
	r.Groups = byGroup(r.answers, r.All.Own)
	c, err := t.calibrate(r.answers)
	if err != nil {
		r.Uncalibrated = err
		return r, nil
	}
	c.Version, c.Template = vision.CalibrationVersion, models.ModelID()
	c.Measured = vision.Measured{References: r.Gallery, Photos: photos, Mated: r.All.Mated, NonMated: r.All.NonMated}
	r.Calibration = &c
	return r, nil
}

// byGroup measures each group of probes, in the order of their names.
func byGroup(answers []answer, common []Rates) []Group {
	members := make(map[string][]answer)
	for _, a := range answers {
		if a.group != "" {
			members[a.group] = append(members[a.group], a)
		}
	}
	var groups []Group
	for _, name := range slices.Sorted(maps.Keys(members)) {
		groups = append(groups, measure(name, members[name], common))
	}
	return groups
}

// curve has a point for each non-mated score.
func (r Report) curve() []place {
	strangers := nonMated(r.answers)
	n := len(strangers)
	var points []place
	for i := 1; i < n && r.All.Mated > 0; i += 1 + i/50 { // fewer where they lie dense
		fpir := float64(i) / float64(n)
		points = append(points, place{fpir, missed(r.answers, threshold(strangers, fpir))})
	}
	return points
}
