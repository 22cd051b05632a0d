package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/openstile/stile/shared/vision"
)

// WriteText writes the report for people.
func (r PADReport) WriteText(w io.Writer) {
	r.Lost.writeText(w)
	fmt.Fprintf(w, "\nat a threshold of %.2f\n", float64(vision.LiveFrom))
	fmt.Fprintf(w, "%-24s%14s%16s%16s\n", "", "presentations", "misclassified", "no response")
	row := func(s Shown, wrong, silent string) {
		fmt.Fprintf(w, "%-24s%14d%10s%6s%10s%6s\n", s.Name, s.Presentations, percent(s.Error), wrong, percent(s.NonResponse), silent)
	}
	row(r.BonaFide, "BPCER", "BPNRR")
	for _, a := range r.Attacks {
		row(a, "APCER", "APNRR")
	}
	fmt.Fprintf(w, "%-38s%10s APCER\n", "worst species", percent(r.Worst))
	fmt.Fprintf(w, "\nevery species kept to an APCER\n%10s%11s%11s\n", "APCER", "BPCER", "threshold")
	for _, t := range r.Tradeoff {
		fmt.Fprintf(w, "%10s%11s%11s\n", percent(t.APCER), percent(t.BPCER), score(t.Threshold))
	}
}

// WriteJSON writes the report's figures as one object on a line.
func (r PADReport) WriteJSON(w io.Writer) error {
	type species struct {
		Name          string   `json:"name"`
		Presentations int      `json:"presentations"`
		APCER         *float64 `json:"apcer"`
		APNRR         *float64 `json:"apnrr"`
	}
	out := struct {
		BonaFide    int       `json:"bona_fide"`
		NotDetected int       `json:"not_detected"`
		Unreadable  int       `json:"unreadable"`
		Threshold   float64   `json:"threshold"`
		BPCER       *float64  `json:"bpcer"`
		BPNRR       *float64  `json:"bpnrr"`
		APCER       *float64  `json:"apcer"` // of the worst species
		Species     []species `json:"species"`
		BPCERAt     figures   `json:"bpcer_at_apcer"`
	}{
		r.BonaFide.Presentations, len(r.Lost.NotDetected), len(r.Lost.Unreadable), vision.LiveFrom,
		number(r.BonaFide.Error), number(r.BonaFide.NonResponse), number(r.Worst), nil, make(figures),
	}
	for _, a := range r.Attacks {
		out.Species = append(out.Species, species{a.Name, a.Presentations, number(a.Error), number(a.NonResponse)})
	}
	for _, t := range r.Tradeoff {
		out.BPCERAt[rateKey(t.APCER)] = number(t.BPCER)
	}
	return json.NewEncoder(w).Encode(out)
}

// WriteSVG draws the BPCER over the APCER of the worst species.
func (r PADReport) WriteSVG(w io.Writer) error {
	c := curve{
		title:  fmt.Sprintf("Presentation attack detection, %d bona fide, %d species", r.BonaFide.Presentations, len(r.Attacks)),
		across: "APCER: attacks of the worst species taken for bona fide",
		up:     "BPCER: bona fide presentations taken for attacks",
	}
	const steps = 200
	for i := range steps + 1 {
		t := threshold(r.BonaFide.scores, float64(i)/steps)
		across, up := worst(r.Attacks, t), 1-reached(r.BonaFide.scores, t)
		if !math.IsNaN(across) && !math.IsNaN(up) {
			c.points = append(c.points, place{across, up})
		}
	}
	return c.write(w)
}
