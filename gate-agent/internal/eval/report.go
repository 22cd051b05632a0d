package eval

import (
	"fmt"
	"io"
	"math"

	"github.com/openstile/stile/shared/face"
)

// WriteText writes the report for people.
func (r Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "%-14s%d, of %d photos each\n", "references", r.Gallery, r.Photos)
	list(w, "not enrolled", r.NotEnrolled)
	fmt.Fprintf(w, "%-14s%d mated, %d non-mated, rank 1 %s\n", "probes", r.All.Mated, r.All.NonMated, percent(r.All.Rank1))
	r.Lost.writeText(w)
	fmt.Fprintf(w, "\n%10s%11s%11s\n", "FPIR", "FNIR", "threshold")
	for _, all := range r.All.Own {
		fmt.Fprintf(w, "%10s%11s%11s\n", percent(all.FPIR), percent(all.FNIR), score(all.Threshold))
	}
	for _, g := range r.Groups {
		g.writeText(w)
	}
	if c := r.Calibration; c != nil {
		c.writeText(w)
		return
	}
	fmt.Fprintf(w, "\nno calibration: %v\n", r.Uncalibrated)
}

func (l Losses) writeText(w io.Writer) {
	list(w, "no face", l.NotDetected)
	var unreadable []string
	for _, u := range l.Unreadable {
		unreadable = append(unreadable, fmt.Sprintf("%s: %v", u.Path, u.Err))
	}
	list(w, "unreadable", unreadable)
}

// list writes how many there are, and each.
func list(w io.Writer, name string, items []string) {
	fmt.Fprintf(w, "%-14s%d\n", name, len(items))
	for _, item := range items {
		fmt.Fprintf(w, "%-14s%s\n", "", item)
	}
}

// writeText shows what the group would get with thresholds of its own, and what
// it gets with those of all.
func (g Group) writeText(w io.Writer) {
	fmt.Fprintf(w, "\ngroup %s: %d mated, %d non-mated, rank 1 %s\n", g.Name, g.Mated, g.NonMated, percent(g.Rank1))
	fmt.Fprintf(w, "%10s%22s%35s\n", "", "own threshold", "threshold of all")
	fmt.Fprintf(w, "%10s%11s%11s%13s%11s%11s\n", "FPIR", "FNIR", "threshold", "FPIR", "FNIR", "threshold")
	for i, own := range g.Own {
		common := g.Common[i]
		fmt.Fprintf(w, "%10s%11s%11s%13s%11s%11s\n", percent(own.FPIR), percent(own.FNIR), score(own.Threshold),
			percent(common.FPIR), percent(common.FNIR), score(common.Threshold))
	}
}

func (c Calibration) writeText(w io.Writer) {
	fmt.Fprintf(w, "\ncalibration\n")
	row := func(name string, value any, about string, args ...any) {
		fmt.Fprintf(w, "%10s%11.4f  "+about+"\n", append([]any{name, value}, args...)...)
	}
	row("intercept", c.Intercept, "threshold = intercept + slope * log10(N / FPIR)")
	row("slope", c.Slope, "no measured threshold lies further than %.4f from that line", c.Worst)
	row("floor", c.Floor, "the line for one comparison and a false match rate of %s", percent(floorFMR))
	row("ceiling", c.Ceiling, "a threshold that misses %s of single looks", percent(ceilingMissed))
	row("margin", c.Margin, "turns away %s of the right candidates and %s of the wrong ones", percent(c.Turned), percent(c.Stopped))
	row("crowd", c.Crowd, "so much higher than that line the references come to each other")
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "-"
	}
	return fmt.Sprintf("%.4g %%", math.Round(share*1e4)/100)
}

func score(s face.Score) string {
	if math.IsNaN(float64(s)) {
		return "-"
	}
	return fmt.Sprintf("%.3f", s)
}
