package eval

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// curve is one error rate over another, for a picture.
type curve struct {
	title, across, up string
	points            []place
}

// place is a point of a curve: two rates, 0 to 1.
type place struct{ across, up float64 }

// The curve's area in the picture, in pixels, and the rates at its edges.
const (
	curveLeft, curveTop, curveSide = 80, 50, 480
	curveLeast, curveMost          = 0.001, 1
)

// WriteSVG draws the detection error trade-off: FNIR over FPIR.
func (r Report) WriteSVG(w io.Writer) error {
	return curve{
		fmt.Sprintf("Detection error trade-off, %d references of %d photos", r.Gallery, r.Photos),
		"FPIR: strangers taken for somebody", "FNIR: enrolled people not recognised", r.curve(),
	}.write(w)
}

// write draws the curve as SVG, both rates logarithmic.
func (c curve) write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" font-family="sans-serif" font-size="13">` + "\n")
	b.WriteString(`<rect width="600" height="600" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%d" y="30" font-size="16">%s</text>`+"\n", curveLeft, c.title)
	for _, rate := range []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1} {
		x, y := curveX(rate), curveY(rate)
		fmt.Fprintf(&b, `<path d="M%.1f %dv%dM%d %.1fh%d" stroke="#ddd"/>`+"\n", x, curveTop, curveSide, curveLeft, y, curveSide)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%g %%</text>`, x, curveTop+curveSide+20, 100*rate)
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%g %%</text>`+"\n", curveLeft-8, y+4, 100*rate)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", curveLeft+curveSide/2, curveTop+curveSide+45, c.across)
	fmt.Fprintf(&b, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", curveTop+curveSide/2, c.up)
	b.WriteString(`<path fill="none" stroke="#1746a2" stroke-width="2" d="`)
	for i, p := range c.points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, curveX(p.across), curveY(p.up))
	}
	b.WriteString("\"/>\n</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func curveX(rate float64) float64 { return curveLeft + curveSide*curveShare(rate) }
func curveY(rate float64) float64 { return curveTop + curveSide*(1-curveShare(rate)) }

// curveShare is where a rate lies between the edges, 0 to 1.
func curveShare(rate float64) float64 {
	rate = min(max(rate, curveLeast), curveMost)
	return math.Log(rate/curveLeast) / math.Log(curveMost/curveLeast)
}
