package sim

import (
	"image"
	"image/color"
	"math"
)

// A sprite is a picture with soft edges, kept in the colour space of the canvas
// so that drawing it costs little.
type sprite struct {
	width, height int
	y, cb, cr     []byte
	alpha         []byte
}

func newSprite(m image.Image) *sprite {
	b := m.Bounds()
	n := b.Dx() * b.Dy()
	s := &sprite{
		width: b.Dx(), height: b.Dy(),
		y: make([]byte, n), cb: make([]byte, n), cr: make([]byte, n), alpha: make([]byte, n),
	}
	for i := range n {
		c := color.NRGBAModel.Convert(m.At(b.Min.X+i%s.width, b.Min.Y+i/s.width)).(color.NRGBA)
		s.y[i], s.cb[i], s.cr[i] = color.RGBToYCbCr(c.R, c.G, c.B)
		s.alpha[i] = c.A
	}
	return s
}

// drawOn blends the sprite into the canvas, clipped at its edges. Brightness is
// interpolated between pixels; colour, of which the canvas holds a quarter, is
// not.
func (s *sprite) drawOn(canvas *image.YCbCr, p placed) {
	left, top := p.x-float64(s.width)*p.scale/2, p.y-float64(s.height)*p.scale/2
	area := image.Rect(
		int(math.Ceil(left)), int(math.Ceil(top)),
		int(left+float64(s.width)*p.scale), int(top+float64(s.height)*p.scale),
	).Intersect(canvas.Rect)
	step := int(65536 / p.scale) // in the sprite, per pixel of the canvas, in 65536ths
	light := int(p.light * 256)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		sy := int((float64(y) - top) / p.scale * 65536)
		row, below := s.rows(sy>>16, s.y)
		alpha, _ := s.rows(sy>>16, s.alpha)
		fy := sy >> 8 & 255
		out := canvas.Y[y*canvas.YStride:]
		sx := int((float64(area.Min.X) - left) / p.scale * 65536)
		for x := area.Min.X; x < area.Max.X; x, sx = x+1, sx+step {
			i, fx := min(sx>>16, s.width-1), sx>>8&255
			j := min(i+1, s.width-1)
			upper := int(row[i])*(256-fx) + int(row[j])*fx
			lower := int(below[i])*(256-fx) + int(below[j])*fx
			v := min(255, (upper*(256-fy)+lower*fy)>>16*light>>8)
			a := int(alpha[i])
			out[x] = byte((v*a + int(out[x])*(255-a)) / 255)
		}
		if y%2 == 0 {
			s.drawColour(canvas, area, y, sy>>16, left, p.scale)
		}
	}
	if p.speed >= 1 {
		smear(canvas, area, int(p.speed))
	}
}

func (s *sprite) rows(y int, plane []byte) (row, below []byte) {
	y = min(max(y, 0), s.height-1)
	next := min(y+1, s.height-1)
	return plane[y*s.width:][:s.width], plane[next*s.width:][:s.width]
}

func (s *sprite) drawColour(canvas *image.YCbCr, area image.Rectangle, y, sy int, left, scale float64) {
	row := min(max(sy, 0), s.height-1) * s.width
	out := y / 2 * canvas.CStride
	for x := (area.Min.X + 1) &^ 1; x < area.Max.X; x += 2 {
		i := row + min(int((float64(x)-left)/scale), s.width-1)
		a := int(s.alpha[i])
		canvas.Cb[out+x/2] = byte((int(s.cb[i])*a + int(canvas.Cb[out+x/2])*(255-a)) / 255)
		canvas.Cr[out+x/2] = byte((int(s.cr[i])*a + int(canvas.Cr[out+x/2])*(255-a)) / 255)
	}
}

// smear blurs the brightness sideways over 2n+1 pixels, as a moving thing is
// blurred by the exposure's length.
func smear(canvas *image.YCbCr, area image.Rectangle, n int) {
	line := make([]byte, area.Dx())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		out := canvas.Y[y*canvas.YStride+area.Min.X:][:area.Dx()]
		copy(line, out)
		for x := n; x < len(line)-n; x++ {
			sum := 0
			for _, v := range line[x-n : x+n+1] {
				sum += int(v)
			}
			out[x] = byte(sum / (2*n + 1))
		}
	}
}
