package vision

import (
	"fmt"
	"image"
	"math"
)

// eyesClosed is the probability that both eyes of the face that was aligned
// last are closed: what the model says of the one that is more open, so that
// one eye in a shadow or behind a reflection decides nothing.
func (a *Analyser) eyesClosed() (float64, error) {
	m := &a.models.manifest.Eyes
	left, right := a.references[0], a.references[1]
	half := m.Crop / 2 * math.Hypot(right.X-left.X, right.Y-left.Y)
	closed := 1.0
	for _, eye := range []Point{left, right} {
		square := image.Rect(int(math.Round(eye.X-half)), int(math.Round(eye.Y-half)), int(math.Round(eye.X+half)), int(math.Round(eye.Y+half)))
		part := a.aligned.Region(square.Intersect(image.Rectangle{Max: a.recogniser.size}))
		err := a.eyes.run(part, &a.resized)
		part.Close()
		if err != nil {
			return 0, fmt.Errorf("judge eyes: %w", err)
		}
		closed = min(closed, softmax(a.eyes.net.output(0), m.Output.Closed))
	}
	return closed, nil
}
