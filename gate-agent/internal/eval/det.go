package eval

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/openstile/stile/shared/face"
)

// The curve's area in the picture, in pixels, and the rates at its edges.
const (
	detLeft, detTop, detSide = 80, 50, 480
	detLeast, detMost        = 0.001, 1
)

// WriteSVG draws the detection error trade-off: FNIR over FPIR, both
// logarithmic.
func (r Report) WriteSVG(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" font-family="sans-serif" font-size="13">` + "\n")
	b.WriteString(`<rect width="600" height="600" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%d" y="30" font-size="16">Detection error trade-off, %d references of %d photos</text>`+"\n", detLeft, r.Gallery, r.Photos)
	for _, rate := range []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1} {
		x, y := detX(rate), detY(rate)
		fmt.Fprintf(&b, `<path d="M%.1f %dv%dM%d %.1fh%d" stroke="#ddd"/>`+"\n", x, detTop, detSide, detLeft, y, detSide)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%g %%</text>`, x, detTop+detSide+20, 100*rate)
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%g %%</text>`+"\n", detLeft-8, y+4, 100*rate)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">FPIR: strangers taken for somebody</text>`+"\n", detLeft+detSide/2, detTop+detSide+45)
	fmt.Fprintf(&b, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">FNIR: enrolled people not recognised</text>`+"\n", detTop+detSide/2)
	b.WriteString(`<path fill="none" stroke="#1746a2" stroke-width="2" d="`)
	for i, p := range r.curve() {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, detX(p.FPIR), detY(p.FNIR))
	}
	b.WriteString("\"/>\n</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// curve has a point for each non-mated score.
func (r Report) curve() []Rates {
	var strangers []face.Score
	for _, a := range r.answers {
		if !a.mated {
			strangers = append(strangers, a.score)
		}
	}
	slices.Sort(strangers)
	var points []Rates
	n := len(strangers)
	for i := 1; i < n && r.All.Mated > 0; i += 1 + i/50 { // fewer where they lie dense
		fpir := float64(i) / float64(n)
		t := threshold(strangers, fpir)
		points = append(points, Rates{fpir, missed(r.answers, t), t})
	}
	return points
}

func detX(fpir float64) float64 { return detLeft + detSide*detShare(fpir) }
func detY(fnir float64) float64 { return detTop + detSide*(1-detShare(fnir)) }

// detShare is where a rate lies between the edges, 0 to 1.
func detShare(rate float64) float64 {
	rate = min(max(rate, detLeast), detMost)
	return math.Log(rate/detLeast) / math.Log(detMost/detLeast)
}
