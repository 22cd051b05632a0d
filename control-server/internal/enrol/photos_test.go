package enrol

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/openstile/stile/shared/vision"
)

const (
	manifest = "../../../deploy/models/manifest.yaml"
	samples  = "../../../.cache/samples"
)

// Where people stand in the sample pictures.
var (
	woman   = place{"sample3.jpg", image.Pt(1186, 350)}
	sheToo  = place{"sample1.jpg", image.Pt(1572, 320)} // the same woman
	another = place{"sample5.jpg", image.Pt(1503, 520)}
	profile = place{"sample2.jpg", image.Pt(447, 269)}
)

type place struct {
	file string
	at   image.Point
}

var eyes = sync.OnceValues(func() (*vision.Models, error) { return vision.Open(manifest, vision.Options{}) })

func models(t *testing.T) *vision.Models {
	t.Helper()
	m, err := eyes()
	if err != nil {
		t.Fatalf("%v (run make setup)", err)
	}
	return m
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatalf("%v (run make setup)", err)
	}
	return data
}

// portrait cuts a face out of a sample, with a margin of so many widths of it.
func portrait(t *testing.T, p place, margin float64) *image.RGBA {
	t.Helper()
	data := sample(t, p.file)
	frame, err := vision.DecodePhoto(data)
	must(t, err)
	see, err := models(t).NewAnalyser()
	must(t, err)
	defer see.Close()
	faces, err := see.Detect(frame)
	must(t, err)
	whole, err := jpeg.Decode(bytes.NewReader(data))
	must(t, err)
	for _, f := range faces {
		if p.at.In(f.Box) {
			return part(whole, f.Box.Inset(-int(margin*float64(f.Box.Dx()))))
		}
	}
	t.Fatalf("no face in %s at %v", p.file, p.at)
	return nil
}

func part(m image.Image, r image.Rectangle) *image.RGBA {
	r = r.Intersect(m.Bounds())
	out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Bounds(), m, r.Min, draw.Src)
	return out
}

// shrunk makes one pixel of n by n.
func shrunk(m *image.RGBA, n int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx()/n, m.Bounds().Dy()/n))
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			out.Set(x, y, mean(m, image.Rect(x*n, y*n, x*n+n, y*n+n)))
		}
	}
	return out
}

// blurred gives each pixel the mean of those at most r away.
func blurred(m *image.RGBA, r int) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			out.Set(x, y, mean(m, image.Rect(x-r, y-r, x+r+1, y+r+1).Intersect(m.Bounds())))
		}
	}
	return out
}

func mean(m *image.RGBA, r image.Rectangle) color.Color {
	var sum [3]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			for i, v := range m.Pix[m.PixOffset(x, y):][:3] {
				sum[i] += int(v)
			}
		}
	}
	n := r.Dx() * r.Dy()
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}
}

func wall() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 400, 400))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{150}), image.Point{}, draw.Src)
	return m
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}))
	return out.Bytes()
}
