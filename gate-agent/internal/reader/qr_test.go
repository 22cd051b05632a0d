package reader

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rsc.io/qr"

	"github.com/openstile/stile/shared/vision"
)

// picture draws a code in the middle of a 640x480 frame, each of its modules
// scale pixels wide, in the two given levels of grey.
func picture(t testing.TB, payload string, scale int, dark, light byte) vision.Frame {
	t.Helper()
	code, err := qr.Encode(payload, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	f := vision.Frame{Width: 640, Height: 480, Pix: make([]byte, 3*640*480)}
	x0, y0 := (f.Width-code.Size*scale)/2, (f.Height-code.Size*scale)/2
	for i := range f.Width * f.Height {
		x, y := i%f.Width-x0, i/f.Width-y0
		level := light
		if x >= 0 && y >= 0 && code.Black(x/scale, y/scale) {
			level = dark
		}
		f.Pix[3*i], f.Pix[3*i+1], f.Pix[3*i+2] = level, level, level
	}
	return f
}

func blur(f vision.Frame, radius int) vision.Frame {
	out := slices.Clone(f.Pix)
	for y := radius; y < f.Height-radius; y++ {
		for x := radius; x < f.Width-radius; x++ {
			sum, n := 0, 0
			for dy := -radius; dy <= radius; dy++ {
				for dx := -radius; dx <= radius; dx++ {
					sum += int(f.Pix[3*((y+dy)*f.Width+x+dx)])
					n++
				}
			}
			v := byte(sum / n)
			copy(out[3*(y*f.Width+x):], []byte{v, v, v})
		}
	}
	f.Pix = out
	return f
}

func noise(f vision.Frame, sigma float64) vision.Frame {
	r := rand.New(rand.NewPCG(1, 2))
	f.Pix = slices.Clone(f.Pix)
	for i, v := range f.Pix {
		f.Pix[i] = byte(min(255, max(0, float64(v)+r.NormFloat64()*sigma)))
	}
	return f
}

// shade lights one side of the frame and leaves the other in the dark.
func shade(f vision.Frame) vision.Frame {
	f.Pix = slices.Clone(f.Pix)
	for i, v := range f.Pix {
		x := i / 3 % f.Width
		f.Pix[i] = byte(int(v) * (f.Width/4 + x) / (f.Width * 5 / 4))
	}
	return f
}

func TestReadQR(t *testing.T) {
	short, long := "TICKET-7F3A9C", strings.Repeat("0123456789abcdef", 16)
	for name, c := range map[string]struct {
		frame vision.Frame
		want  []string
	}{
		"plain":                    {picture(t, short, 8, 0, 255), []string{short}},
		"small":                    {picture(t, short, 3, 0, 255), []string{short}},
		"as large as the frame":    {picture(t, short, 18, 0, 255), []string{short}},
		"256 bytes":                {picture(t, long, 5, 0, 255), []string{long}},
		"512 bytes":                {picture(t, long+long, 5, 0, 255), []string{long + long}},
		"pale":                     {picture(t, short, 8, 90, 140), []string{short}},
		"white on black":           {picture(t, short, 8, 255, 0), []string{short}},
		"small and noisy":          {noise(picture(t, short, 4, 40, 200), 40), []string{short}},
		"blurred":                  {blur(picture(t, short, 8, 0, 255), 3), []string{short}},
		"noisy":                    {noise(picture(t, short, 8, 40, 200), 25), []string{short}},
		"half in the shade":        {shade(picture(t, short, 8, 0, 255)), []string{short}},
		"blurred, noisy and pale":  {noise(blur(picture(t, short, 8, 60, 190), 2), 12), []string{short}},
		"longer than any ticket":   {picture(t, long+long+"x", 5, 0, 255), nil},
		"a line break inside":      {picture(t, "TICKET\nOK", 8, 0, 255), nil},
		"a terminal's escape":      {picture(t, "TICKET\x1b[2J", 8, 0, 255), nil},
		"letters outside of ASCII": {picture(t, "TICKET-Ü", 8, 0, 255), nil},
		"nothing there":            {picture(t, short, 8, 128, 128), nil},
		"only noise":               {noise(picture(t, short, 8, 128, 128), 60), nil},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := NewQR()
			if err != nil {
				t.Fatal(err)
			}
			defer q.Close()
			for range 2 { // a reader keeps nothing from the frame before
				got, err := q.Read(c.frame)
				if err != nil || !slices.Equal(got, c.want) {
					t.Errorf("Read = %q, %v, want %q", got, err, c.want)
				}
			}
		})
	}
}

func TestOneReaderManyFrames(t *testing.T) {
	q, err := NewQR()
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	small := vision.Frame{Width: 1, Height: 1, Pix: make([]byte, 3)}
	for _, payload := range []string{"one", "two", "three"} {
		if got, err := q.Read(picture(t, payload, 8, 0, 255)); err != nil || !slices.Equal(got, []string{payload}) {
			t.Errorf("Read = %q, %v, want %q", got, err, payload)
		}
		if got, err := q.Read(small); err != nil || len(got) != 0 {
			t.Errorf("one pixel: %q, %v", got, err)
		}
	}
}

func TestReadRefusesBrokenFrames(t *testing.T) {
	q, err := NewQR()
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for _, f := range []vision.Frame{
		{},
		{Width: 2, Height: 2, Pix: make([]byte, 11)},
		{Width: -2, Height: -2, Pix: make([]byte, 12)},
		{Width: 1 << 32, Height: 1 << 32, Pix: nil},
		{Width: 1 << 30, Height: 1 << 30, Pix: make([]byte, 3)},
	} {
		if _, err := q.Read(f); err == nil {
			t.Errorf("a frame of %dx%d with %d bytes was read", f.Width, f.Height, len(f.Pix))
		}
	}
}

func FuzzQR(f *testing.F) {
	f.Add(uint16(1), uint16(1), []byte{0})
	f.Add(uint16(21), uint16(21), []byte("finder"))
	f.Add(uint16(640), uint16(480), []byte{0, 255})
	q, err := NewQR()
	if err != nil {
		f.Fatal(err)
	}
	code := picture(f, "TICKET-7F3A9C", 4, 0, 255)
	f.Fuzz(func(t *testing.T, width, height uint16, damage []byte) {
		w, h := int(width%800)+1, int(height%600)+1
		frame := vision.Frame{Width: w, Height: h, Pix: make([]byte, 3*w*h)}
		for i := range frame.Pix { // a code cut to size, with holes
			x, y := i/3%w, i/3/w
			if x < 640 && y < 480 {
				frame.Pix[i] = code.Pix[3*(y*640+x)]
			}
		}
		for i := 0; i+5 <= len(damage); i += 5 {
			at := int(binary.LittleEndian.Uint32(damage[i:])) % len(frame.Pix)
			for j := at; j < min(at+60, len(frame.Pix)); j++ {
				frame.Pix[j] = damage[i+4]
			}
		}
		payloads, err := q.Read(frame)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range payloads {
			if !printable(p) {
				t.Errorf("payload %q", p)
			}
		}
	})
}

func BenchmarkReadQR(b *testing.B) {
	for name, frame := range map[string]vision.Frame{
		"ticket": picture(b, "TICKET-7F3A9C", 8, 0, 255),
		"noise":  noise(picture(b, "TICKET-7F3A9C", 8, 128, 128), 20),
	} {
		b.Run(name, func(b *testing.B) {
			q, err := NewQR()
			if err != nil {
				b.Fatal(err)
			}
			defer q.Close()
			for b.Loop() {
				if _, err := q.Read(frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
