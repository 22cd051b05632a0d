package vision

import (
	"image"
	"math"
	"testing"
)

// However the detector cuts a face, its points end in the same places.
func TestPointsHardlyDependOnTheBox(t *testing.T) {
	_, a := open(t, "")
	f := sample(t, 3)
	p, err := a.lend(f)
	if err != nil {
		t.Fatal(err)
	}
	defer a.giveBack(p)
	for _, found := range detect(t, a, f) {
		dx, dy := found.Box.Dx()/10, found.Box.Dy()/10
		for _, box := range []image.Rectangle{
			found.Box.Inset(-dx / 2), found.Box.Inset(dx / 2), found.Box.Add(image.Pt(dx, 0)), found.Box.Add(image.Pt(0, -dy)),
		} {
			moved := Face{Box: box.Intersect(f.bounds())}
			if err := a.locate(p, &moved); err != nil {
				t.Fatal(err)
			}
			for i, want := range found.Points {
				got := moved.Points[i]
				if off := math.Hypot(got.X-want.X, got.Y-want.Y) / found.EyeDistance; off > 0.08 {
					t.Errorf("box %v instead of %v: point %d is %.2f eye distances off", box, found.Box, i, off)
				}
			}
		}
	}
}
