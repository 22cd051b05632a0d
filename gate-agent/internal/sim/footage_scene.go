package sim

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // pictures of people
	_ "image/png"
	"math"
	"os"
	"time"

	"golang.org/x/image/draw"
	"rsc.io/qr"
)

const (
	// A person who stands at the gate shows a face this wide, as a share of the
	// frame: about 200 pixels of 640, some 80 between the eyes.
	faceWidth = 0.31
	// How much of a walk is the approach; the rest is standing.
	approachShare = 0.45
	farScale      = 0.35
	leaveTime     = 400 * time.Millisecond
	// A card's height as a share of the frame's.
	cardHeight = 0.75
)

// person makes the sprite of somebody at the gate out of a picture whose middle
// is one face that takes the given share of its width. The edges fade into the
// scene.
func person(path string, face float64, frameWidth int) (*sprite, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open person: %w", err)
	}
	defer f.Close()
	size, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("decode person %s: %w", path, err)
	}
	if size.Width < 32 || size.Height < 32 || size.Width*size.Height > 50_000_000 {
		return nil, fmt.Errorf("decode person %s: %dx%d is no size for a picture of a person", path, size.Width, size.Height)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, fmt.Errorf("decode person %s: %w", path, err)
	}
	m, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("decode person %s: %w", path, err)
	}
	width := int(faceWidth / face * float64(frameWidth))
	scaled := image.NewNRGBA(image.Rect(0, 0, width, width*size.Height/size.Width))
	draw.CatmullRom.Scale(scaled, scaled.Rect, m, m.Bounds(), draw.Src, nil)
	fade(scaled)
	return newSprite(scaled), nil
}

// fade makes the outer eighth of a picture transparent, little by little.
func fade(m *image.NRGBA) {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	for y := range height {
		for x := range width {
			edge := min(min(x, width-1-x)*8*255/width, min(y, height-1-y)*8*255/height, 255)
			m.Pix[y*m.Stride+4*x+3] = byte(edge)
		}
	}
}

// card makes the sprite of a telephone that shows a QR code.
func card(payload string, frameHeight int) (*sprite, error) {
	code, err := qr.Encode(payload, qr.M)
	if err != nil {
		return nil, fmt.Errorf("show QR of %d bytes: %w", len(payload), err)
	}
	const quiet, bezel = 4, 2 // in modules
	modules := code.Size + 2*(quiet+bezel)
	scale := int(cardHeight*float64(frameHeight)) / modules
	if scale < 2 {
		return nil, errors.New("show QR: the payload is too long for this frame")
	}
	m := image.NewNRGBA(image.Rect(0, 0, modules*scale, modules*scale))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c := color.NRGBA{235, 238, 240, 255}
			mx, my := x/scale, y/scale
			if mx < bezel || my < bezel || mx >= modules-bezel || my >= modules-bezel {
				c = color.NRGBA{20, 20, 22, 255}
			} else if code.Black(mx-quiet-bezel, my-quiet-bezel) {
				c = color.NRGBA{25, 25, 30, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return newSprite(m), nil
}

// A walk is one person's way to the gate.
type walk struct {
	sprite *sprite
	begun  time.Time
	length time.Duration
	left   time.Time // when they turned away; zero while they stay
}

// at places the person at a moment: from far to near, slowing down, then
// standing, never quite still; and away to the side when they leave.
func (w walk) at(now time.Time, width, height int) placed {
	t := now.Sub(w.begun).Seconds()
	progress := min(1, t/(w.length.Seconds()*approachShare))
	near := 1 - (1-progress)*(1-progress)
	p := placed{
		sprite: w.sprite,
		x:      float64(width) * (0.5 + 0.012*math.Sin(2.1*t) + 0.03*(1-near)*math.Sin(7*t)),
		y:      float64(height) * (0.48 + 0.01*math.Sin(1.3*t) + 0.012*(1-near)*math.Sin(14*t)),
		scale:  (farScale + (1-farScale)*near) * (1 + 0.012*math.Sin(0.9*t)),
		light:  0.92 + 0.1*near + 0.05*math.Sin(1.7*t),
		speed:  3 * (1 - near),
	}
	if !w.left.IsZero() {
		gone := now.Sub(w.left).Seconds() / leaveTime.Seconds()
		p.x += gone * float64(width)
		p.speed = 6
	}
	return p
}

// A showing is one card held in front of the camera.
type showing struct {
	sprite *sprite
	begun  time.Time
}

func (s showing) at(now time.Time, width, height int) placed {
	t := now.Sub(s.begun).Seconds()
	return placed{
		sprite: s.sprite,
		x:      float64(width) * (0.5 + 0.01*math.Sin(3*t)),
		y:      float64(height) * (0.5 + max(0, 1-4*t) + 0.008*math.Sin(2.3*t)), // raised into view
		scale:  1 + 0.02*math.Sin(1.9*t),
		light:  1,
		speed:  2 * max(0, 1-4*t),
	}
}
