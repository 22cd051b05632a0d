package vision

import (
	"fmt"
	"slices"
)

// preparation turns packed BGR pixels into a network's input: a plane per
// colour, each value scaled as the manifest says.
type preparation struct {
	grey, rgb bool
	value     [256]float32
}

func newPreparation(in Input) preparation {
	p := preparation{grey: in.Colours == "grey", rgb: in.Colours == "rgb"}
	for i := range p.value {
		p.value[i] = (float32(i) - in.Mean) * in.Scale
	}
	return p
}

// fill writes the whole of dst in one pass over the pixels.
func (p *preparation) fill(dst []float32, bgr []byte) error {
	n, planes := len(bgr)/3, 3
	if p.grey {
		planes = 1
	}
	if len(dst) != planes*n {
		return fmt.Errorf("prepare input: %d pixels for %d values", n, len(dst))
	}
	if p.grey {
		for i := range dst {
			dst[i] = p.value[grey(bgr[3*i:3*i+3])]
		}
		return nil
	}
	blue, green, red := dst[:n], dst[n:][:n], dst[2*n:][:n]
	if p.rgb {
		blue, red = red, blue
	}
	for i := range n {
		pixel := bgr[3*i : 3*i+3]
		blue[i], green[i], red[i] = p.value[pixel[0]], p.value[pixel[1]], p.value[pixel[2]]
	}
	return nil
}

// mirror turns every row of an input around.
func mirror(input []float32, width int) {
	for row := range slices.Chunk(input, width) {
		slices.Reverse(row)
	}
}

// grey is the luma of ITU-R BT.601 in the fixed point that OpenCV uses.
func grey(bgr []byte) byte {
	return byte((1868*uint32(bgr[0]) + 9617*uint32(bgr[1]) + 4899*uint32(bgr[2]) + 1<<13) >> 14)
}
