package eval

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// PADReport is the outcome of an evaluation of presentation attack detection, in
// the terms of ISO/IEC 30107-3.
type PADReport struct {
	BonaFide Shown
	Attacks  []Shown // by species
	Lost     Losses
	// Worst is the highest APCER of any species at vision.LiveFrom: an
	// attacker chooses the instrument.
	Worst    float64
	Tradeoff []Tradeoff
}

// Shown is how the presentations of one species were classified.
type Shown struct {
	Name          string
	Presentations int
	NonResponse   float64 // share without a face: BPNRR or APNRR
	// Error is the share of those with a face that was classified wrongly at
	// vision.LiveFrom: BPCER or APCER.
	Error float64

	scores []face.Score // of those with a face, ascending
}

// Tradeoff is the least BPCER that keeps every species to an APCER.
type Tradeoff struct {
	APCER, BPCER float64
	Threshold    face.Score
}

// askedAPCER are the rates of every report.
var askedAPCER = []float64{0.1, 0.05, 0.01}

// RunPAD evaluates the liveness model on presentations, bona fide first. A
// presentation's frames are fused as a lane fuses a track's, and those that a
// lane does not look at are no response. Errors are as those of Run.
func RunPAD(ctx context.Context, models *vision.Models, all []Species, progress func(done, all int)) (PADReport, error) {
	var paths []string
	for _, s := range all {
		for _, frames := range s.Presentations {
			paths = append(paths, frames...)
		}
	}
	judged := make([]frame, len(paths))
	lost, err := each(ctx, models, paths, progress, func(i int, see *vision.Analyser, photo vision.Frame) (found bool, err error) {
		faces, err := see.Detect(photo) // as a lane does
		if err != nil || len(faces) == 0 {
			return false, err
		}
		judged[i], err = judge(see, photo, inTheMiddle(faces, photo))
		return true, err
	})
	if err != nil {
		return PADReport{}, fmt.Errorf("evaluate liveness: %w", err)
	}
	unreadable := lost.unreadable()
	var shown []Shown
	for _, s := range all {
		var scores []face.Score
		for _, frames := range s.Presentations {
			if slices.ContainsFunc(frames, func(path string) bool { return !unreadable[path] }) {
				scores = append(scores, fused(judged[:len(frames)]))
			}
			judged = judged[len(frames):]
		}
		shown = append(shown, classify(s.Name, scores))
	}
	r := weigh(shown[0], shown[1:])
	r.Lost = lost
	return r, nil
}

// frame is what one photo says of liveness. Its weight is 0 where it shows no
// face that a lane would look at.
type frame struct{ live, weight float64 }

func judge(see *vision.Analyser, photo vision.Frame, found vision.Face) (f frame, err error) {
	m, err := see.Measure(photo, found)
	if err != nil || len(m.Reasons(vision.ForLane)) > 0 {
		return f, err
	}
	f.weight = m.Weight()
	f.live, err = see.Liveness(photo, found)
	return f, err
}

// fused is what a presentation's frames say together; NaN where none does.
func fused(frames []frame) face.Score {
	var odds vision.LiveOdds
	for _, f := range frames {
		if f.weight > 0 {
			odds.Add(f.live, f.weight)
		}
	}
	return face.Score(odds.Probability())
}

// classify counts the presentations of one species at vision.LiveFrom.
// A score that is NaN is no response.
func classify(name string, scores []face.Score) Shown {
	s := Shown{Name: name, Presentations: len(scores)}
	for _, score := range scores {
		if !math.IsNaN(float64(score)) {
			s.scores = append(s.scores, score)
		}
	}
	slices.Sort(s.scores)
	s.NonResponse = float64(len(scores)-len(s.scores)) / float64(len(scores))
	s.Error = reached(s.scores, vision.LiveFrom)
	if name == bonaFide {
		s.Error = 1 - s.Error
	}
	return s
}

// weigh sets attacks against bona fide presentations.
func weigh(genuine Shown, attacks []Shown) PADReport {
	r := PADReport{BonaFide: genuine, Attacks: attacks, Worst: worst(attacks, vision.LiveFrom)}
	for _, apcer := range askedAPCER {
		t := math.NaN()
		for _, a := range attacks {
			if own := float64(threshold(a.scores, apcer)); math.IsNaN(t) || own > t {
				t = own
			}
		}
		r.Tradeoff = append(r.Tradeoff, Tradeoff{apcer, 1 - reached(genuine.scores, face.Score(t)), face.Score(t)})
	}
	return r
}

// worst is the highest share of any species' attacks that reach a threshold.
func worst(attacks []Shown, t face.Score) float64 {
	most := math.NaN()
	for _, a := range attacks {
		if share := reached(a.scores, t); math.IsNaN(most) || share > most {
			most = share
		}
	}
	return most
}
