package vision

import "fmt"

// preparation turns bytes of BGR pixels into a network's input.
type preparation struct {
	planes []int // byte of a BGR pixel that goes into each plane; empty for grey
	value  [256]float32
}

func newPreparation(in Input) preparation {
	p := preparation{planes: map[string][]int{"rgb": {2, 1, 0}, "bgr": {0, 1, 2}}[in.Colours]}
	for i := range p.value {
		p.value[i] = (float32(i) - in.Mean) * in.Scale
	}
	return p
}

// fill writes len(dst) values from packed BGR pixels.
func (p *preparation) fill(dst []float32, bgr []byte) error {
	pixels := len(bgr) / 3
	if want := pixels * max(1, len(p.planes)); len(dst) != want {
		return fmt.Errorf("prepare input: %d values for %d", len(dst), want)
	}
	if len(p.planes) == 0 {
		for i := range dst {
			dst[i] = p.value[grey(bgr[3*i:3*i+3])]
		}
		return nil
	}
	for plane, from := range p.planes {
		out := dst[plane*pixels:][:pixels]
		for i := range out {
			out[i] = p.value[bgr[3*i+from]]
		}
	}
	return nil
}

// grey is the luma of ITU-R BT.601 in the fixed point that OpenCV uses.
func grey(bgr []byte) byte {
	return byte((1868*uint32(bgr[0]) + 9617*uint32(bgr[1]) + 4899*uint32(bgr[2]) + 1<<13) >> 14)
}
