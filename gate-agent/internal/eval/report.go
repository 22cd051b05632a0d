package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteText writes the report for people.
func (r Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "references   %d, of %d photos each\n", r.Gallery, r.Photos)
	fmt.Fprintf(w, "probes       %d mated, %d non-mated\n", r.All.Mated, r.All.NonMated)
	fmt.Fprintf(w, "no face      %d\n", len(r.NotDetected))
	for _, path := range r.NotDetected {
		fmt.Fprintf(w, "             %s\n", path)
	}
	if len(r.Unreadable) > 0 {
		fmt.Fprintf(w, "unreadable   %d\n", len(r.Unreadable))
		for _, u := range r.Unreadable {
			fmt.Fprintf(w, "             %s: %v\n", u.Path, u.Err)
		}
	}
	for _, g := range append([]Group{r.All}, r.Groups...) {
		fmt.Fprintf(w, "\n%s: %d mated, %d non-mated, rank 1 %s\n", g.Name, g.Mated, g.NonMated, percent(g.Rank1))
		fmt.Fprintf(w, "  %8s %9s %10s\n", "FPIR", "FNIR", "threshold")
		for _, rate := range g.Rates {
			fmt.Fprintf(w, "  %8s %9s %10.3f\n", percent(rate.FPIR), percent(rate.FNIR), rate.Threshold)
		}
	}
	if c := r.Calibration; c != nil {
		fmt.Fprintf(w, "\n# tail of the non-mated scores, for the models' manifest\ncalibration: {intercept: %.3f, slope: %.4f}\n", c.Intercept, c.Slope)
	}
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "-"
	}
	return fmt.Sprintf("%.4g %%", math.Round(share*1e4)/100)
}

// WriteJSON writes the report's figures as one object on a line.
func (r Report) WriteJSON(w io.Writer) error {
	out := struct {
		Gallery     int                 `json:"gallery"`
		Mated       int                 `json:"mated"`
		NonMated    int                 `json:"non_mated"`
		NotDetected int                 `json:"not_detected"`
		Unreadable  int                 `json:"unreadable"`
		Rank1       *float64            `json:"rank1"`
		FNIR        map[string]*float64 `json:"fnir"`
		Threshold   map[string]*float64 `json:"threshold"`
	}{
		r.Gallery, r.All.Mated, r.All.NonMated, len(r.NotDetected), len(r.Unreadable), number(r.All.Rank1),
		make(map[string]*float64), make(map[string]*float64),
	}
	for _, rate := range r.All.Rates {
		key := strconv.FormatFloat(rate.FPIR, 'g', -1, 64)
		out.FNIR[key], out.Threshold[key] = number(rate.FNIR), number(float64(rate.Threshold))
	}
	return json.NewEncoder(w).Encode(out)
}

// number is nil for what could not be measured: JSON has no NaN.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
