package recognise

import (
	"image"
	"time"

	"github.com/openstile/stile/shared/vision"
)

const (
	// A face that covers this many times as much of the picture as another is
	// clearly nearer: by about a sixth of the distance.
	clearlyNearer = 1.4
	// Somebody out of sight for this long is not being served any more. It is
	// more than a blink of the detector, and less than changing places takes.
	handOver = 250 * time.Millisecond
)

// turn chooses whose face is looked at: of those whose middle is in the zone the
// one being served, until it is gone or another is clearly nearer; and anew only
// one that is clearly nearer than all others. It returns the face's number, or
// -1 and what would help.
func (w *Watcher) turn(f vision.Frame, faces []vision.Face, tracks []*track) (int, Guidance) {
	first, served, rival := -1, -1, -1
	for i := range faces { // largest first
		switch {
		case !w.cfg.Zone.holds(f, faces[i].Box):
			continue
		case first < 0:
			first = i
		case rival < 0:
			rival = i
		}
		if tracks[i] == w.served {
			served = i
		}
	}
	far := func(i int) bool { return faces[i].EyeDistance < w.cfg.MinEyeDistance }
	switch {
	case first < 0:
		return -1, GuideNone
	case served >= 0 && !nearer(faces[first], faces[served]):
		first = served
	case w.served != nil && w.served.seen.Before(f.At) && f.At.Sub(w.served.seen) < handOver:
		return -1, GuideNone
	case rival >= 0 && !nearer(faces[first], faces[rival]) && !far(first):
		return -1, GuideOne
	}
	if far(first) {
		return -1, GuideCloser
	}
	w.served = tracks[first]
	return first, GuideNone
}

func nearer(a, b vision.Face) bool { return area(a.Box) >= clearlyNearer*area(b.Box) }

func area(box image.Rectangle) float64 { return float64(box.Dx() * box.Dy()) }

// holds reports whether the middle of box is in the zone.
func (z Zone) holds(f vision.Frame, box image.Rectangle) bool {
	c := box.Min.Add(box.Max).Div(2)
	x, y := float64(c.X)/float64(f.Width), float64(c.Y)/float64(f.Height)
	return x >= z.Left && x <= z.Right && y >= z.Top && y <= z.Bottom
}
