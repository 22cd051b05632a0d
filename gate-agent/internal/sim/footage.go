package sim

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"

	"github.com/openstile/stile/shared/vision"
)

// A placed sprite is one thing in front of the gate.
type placed struct {
	sprite *sprite
	x, y   float64 // centre, in pixels
	scale  float64
	light  float64 // factor on its brightness
	speed  float64 // sideways blur in pixels
}

// footage draws the pictures of a camera that looks out of a gate. What it
// draws passes through light that changes, the sensor's noise and JPEG, like
// the pictures of a real camera; no two are equal.
type footage struct {
	background *image.YCbCr
	canvas     *image.YCbCr
	grain      []int8
	random     *rand.Rand
	encoded    bytes.Buffer
}

const (
	// The noise of a small sensor in a room, as a standard deviation in levels
	// of 255.
	sensorNoise = 2.5
	jpegQuality = 82 // what USB cameras use at 640x480
)

func newFootage(width, height int) *footage {
	bounds := image.Rect(0, 0, width, height)
	f := &footage{
		background: image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420),
		canvas:     image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420),
		grain:      make([]int8, 1<<16),
		random:     rand.New(rand.NewPCG(uint64(width), uint64(height))),
	}
	for i := range f.grain {
		f.grain[i] = int8(max(-127, min(127, math.Round(f.random.NormFloat64()*sensorNoise))))
	}
	newSprite(gateway(width, height)).drawOn(f.background, placed{
		x: float64(width) / 2, y: float64(height) / 2, scale: 1, light: 1,
	})
	return f
}

// gateway is what the camera sees when nobody is there: a wall, a floor, the
// two posts of the lane.
func gateway(width, height int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		shade := uint8(150 - 40*y/height)
		c := color.RGBA{shade, shade, shade + 8, 255}
		if y > height*7/10 {
			c = color.RGBA{shade - 40, shade - 45, shade - 50, 255}
		}
		draw.Draw(m, image.Rect(0, y, width, y+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	post := image.NewUniform(color.RGBA{70, 74, 80, 255})
	draw.Draw(m, image.Rect(width/16, height/2, width/7, height), post, image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(width-width/7, height/2, width-width/16, height), post, image.Point{}, draw.Src)
	return m
}

// picture draws one frame. The frame's pixels are new and the caller's.
func (f *footage) picture(at time.Time, things []placed) (vision.Frame, error) {
	copy(f.canvas.Y, f.background.Y)
	copy(f.canvas.Cb, f.background.Cb)
	copy(f.canvas.Cr, f.background.Cr)
	for _, t := range things {
		t.sprite.drawOn(f.canvas, t)
	}
	// The room's light breathes by 5 % in eleven seconds.
	f.expose(1 + 0.05*math.Sin(2*math.Pi*float64(at.UnixMilli()%11000)/11000))

	f.encoded.Reset()
	if err := jpeg.Encode(&f.encoded, f.canvas, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return vision.Frame{}, fmt.Errorf("compress picture: %w", err)
	}
	m, err := jpeg.Decode(&f.encoded)
	if err != nil {
		return vision.Frame{}, fmt.Errorf("decompress picture: %w", err)
	}
	return toBGR(m.(*image.YCbCr), at), nil
}

// expose applies the light and adds the sensor's noise.
func (f *footage) expose(gain float64) {
	var levels [256]int16
	for i := range levels {
		levels[i] = int16(math.Round(float64(i) * gain))
	}
	y, width := f.canvas.Y, f.canvas.Rect.Dx()
	for row := 0; row < f.canvas.Rect.Dy(); row++ {
		line := y[row*f.canvas.YStride:][:width]
		grain := f.grain[f.random.IntN(len(f.grain)-width):][:width]
		for i, v := range line {
			line[i] = clamp(int32(levels[v]) + int32(grain[i]))
		}
	}
}

// toBGR converts with the integer form of ITU-R BT.601 that JPEG uses.
func toBGR(m *image.YCbCr, at time.Time) vision.Frame {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	f := vision.Frame{Width: width, Height: height, Pix: make([]byte, 3*width*height), At: at}
	for y := range height {
		luma := m.Y[y*m.YStride:][:width]
		chroma := y / 2 * m.CStride
		out := f.Pix[3*y*width:][:3*width]
		for x, v := range luma {
			cb, cr := int32(m.Cb[chroma+x/2])-128, int32(m.Cr[chroma+x/2])-128
			level := int32(v)<<16 + 1<<15
			out[3*x] = clamp((level + 116130*cb) >> 16)
			out[3*x+1] = clamp((level - 22554*cb - 46802*cr) >> 16)
			out[3*x+2] = clamp((level + 91881*cr) >> 16)
		}
	}
	return f
}

func clamp(v int32) byte { return byte(max(0, min(255, v))) }
