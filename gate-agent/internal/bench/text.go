package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// line is one line of the report for people: a figure, and what it should be.
type line struct {
	label  string
	figure string
	goal   string
}

// WriteText writes the report for people: a table for each part, with the
// targets and whether they are met.
func (r Report) WriteText(w io.Writer) error {
	p, in, e, m, d := r.Pipeline, r.Inference, r.Enrolment, r.Memory, r.Decision
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	section := func(title string, lines ...line) {
		fmt.Fprintf(t, "%s\n", title)
		for _, l := range lines {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", l.label, l.figure, l.goal)
		}
		fmt.Fprintln(t)
	}
	lines := []line{
		{"whole frame", milliseconds(p.Time), ""},
		{"bare model runs inside", milliseconds(p.Bare), ""},
		{"ratio", times(p.Ratio), atMost(p.Ratio, 1.15, "x")},
		{"allocations per frame", fmt.Sprintf("%.1f, %.0f bytes", p.Allocations, p.Bytes), atMost(p.Allocations, 0, "")},
	}
	for _, s := range p.Steps {
		lines = append(lines, line{s.Name, fmt.Sprintf("%s, bare %s", milliseconds(s.Time), milliseconds(s.Bare)), ""})
	}
	section(fmt.Sprintf("Pipeline: one frame to decision input, one thread, %s, %d pictures", r.Backend, r.Pictures), lines...)
	section("Inference: the chain of four models",
		line{"one thread", milliseconds(in.Time), ""},
		line{"OpenCV's dnn, one thread", milliseconds(in.OpenCV), ""},
		line{"ratio", times(in.Ratio), atLeast(in.Ratio, 1.8)},
		line{"one lane, two lanes", fmt.Sprintf("%.1f/s, %.1f/s", in.OneLane, in.TwoLanes), ""},
		line{"ratio", times(in.Lanes), atLeast(in.Lanes, 1.8)})
	section(fmt.Sprintf("Enrolment: one core, photos %.0f pixels wide", e.PhotoWidth),
		line{"decoded photo to template", fmt.Sprintf("%s, %.1f/s", milliseconds(e.Time), e.PerSecond), ""},
		line{"bare model runs inside", milliseconds(e.Bare), ""},
		line{"ratio", times(e.Ratio), atMost(e.Ratio, 1.25, "x")},
		line{"with decoding the JPEG", fmt.Sprintf("%s, %.1f/s", milliseconds(e.Time+e.Decode), e.FromJPEG), ""},
		line{"ratio", times(e.RatioJPEG), atMost(e.RatioJPEG, 1.25, "x")})
	section(fmt.Sprintf("Memory: 100,000 templates, measured with %d", m.Templates),
		line{"index", megabytes(m.Bytes), ""},
		line{"float32 payload", megabytes(m.Payload), ""},
		line{"ratio", times(m.Ratio), atMost(m.Ratio, 1.35, "x")})
	section(fmt.Sprintf("Decision: good frame to decision among %d templates, %d frames", d.Templates, d.Frames),
		line{"p50", milliseconds(d.P50), atMost(d.P50, 30, " ms")},
		line{"p99", milliseconds(d.P99), atMost(d.P99, 60, " ms")},
		line{"OpenCV's dnn and brute force, p50, p99", fmt.Sprintf("%s, %s", milliseconds(d.OtherP50), milliseconds(d.OtherP99)), ""},
		line{"ratio of p50", times(d.Ratio), atLeast(d.Ratio, 2)})
	for _, s := range r.Search {
		section(fmt.Sprintf("Search: one probe among %d templates, top 2, one thread", s.N), s.lines()...)
	}
	return t.Flush()
}

// goal is how much faster than a peer a search should be, for sizes from some on.
type goal struct {
	peer  string
	from  int
	ratio float64
}

var goals = []goal{
	{"usearch f32", 100_000, 12},
	{"usearch f32", 10_000, 8},
	{"usearch i8", 100_000, 4},
	{"gocv.Gemm", 100_000, 40},
	{"faiss IndexFlatIP", 100_000, 40},
}

func (s Search) lines() []line {
	lines := []line{
		{"ours", microseconds(s.Ours), ""},
		{"ids and scores of a float32 brute force", fmt.Sprintf("on %d probes", s.Queries), "target all  " + met(s.Exact)},
	}
	for _, peer := range slices.Sorted(maps.Keys(s.Peers)) {
		l := line{peer, fmt.Sprintf("%s, %s", microseconds(s.Peers[peer]), times(s.Ratios[peer])), ""}
		if i := slices.IndexFunc(goals, func(g goal) bool { return g.peer == peer && s.N >= g.from }); i >= 0 {
			l.goal = atLeast(s.Ratios[peer], goals[i].ratio)
		}
		lines = append(lines, l)
	}
	for _, peer := range s.Absent {
		lines = append(lines, line{peer, "not installed", ""})
	}
	return lines
}

func microseconds(x float64) string { return fmt.Sprintf("%.0f µs", x) }
func milliseconds(x float64) string { return fmt.Sprintf("%.2f ms", x) }
func megabytes(x float64) string    { return fmt.Sprintf("%.1f MB", x/1e6) }
func times(x float64) string        { return fmt.Sprintf("%.2fx", x) }

func atMost(x, limit float64, unit string) string {
	return fmt.Sprintf("target <= %g%s  %s", limit, unit, met(x <= limit))
}

func atLeast(x, limit float64) string {
	return fmt.Sprintf("target >= %gx  %s", limit, met(x >= limit))
}

func met(yes bool) string {
	if yes {
		return "met"
	}
	return "missed"
}
