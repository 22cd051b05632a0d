package recognise

import (
	"image"
	"math"
	"slices"
)

// move is where faces were and are, in two frames that follow each other, and
// how many widths of a face somebody may have come in between.
type move struct {
	before, now []image.Rectangle
	reach       float64
}

// same reports whether the face that was at before[b] must be the one at now[n]:
// nobody else can have come there, and it can have gone nowhere else.
func (m *move) same(b, n int) bool {
	return covers(m.before[b], m.now[n]) && m.alone(m.before, b, m.now, n) && m.alone(m.now, n, m.before, b)
}

// alone reports whether of the faces of one frame only one, self, can be the one
// at here in the other: the rest are too far away, or seen elsewhere in it.
func (m *move) alone(faces []image.Rectangle, self int, other []image.Rectangle, here int) bool {
	for i, box := range faces {
		if i == self || !m.near(box, other[here]) {
			continue
		}
		if covers(box, other[here]) || !slices.ContainsFunc(other, func(there image.Rectangle) bool { return covers(box, there) }) {
			return false
		}
	}
	return true
}

// anywhere reports whether who was at box may be one of those seen now.
func (m *move) anywhere(box image.Rectangle) bool {
	return slices.ContainsFunc(m.now, func(now image.Rectangle) bool { return m.near(box, now) })
}

// near reports whether somebody can get from a to b.
func (m *move) near(a, b image.Rectangle) bool {
	d := a.Min.Add(a.Max).Sub(b.Min.Add(b.Max)).Div(2)
	return math.Hypot(float64(d.X), float64(d.Y)) <= m.reach*float64(min(a.Dx(), b.Dx()))
}

// sameFace is the share of their union in common from which two boxes may show
// one face that hardly moved.
const sameFace = 0.25

func covers(a, b image.Rectangle) bool {
	both := a.Intersect(b)
	shared := float64(both.Dx() * both.Dy())
	return shared >= sameFace*(float64(a.Dx()*a.Dy()+b.Dx()*b.Dy())-shared)
}
