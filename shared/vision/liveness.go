package vision

import (
	"fmt"
	"image"
	"math"
)

// Liveness returns the probability that the face is a bona fide presentation.
// It is noisy on single frames: fuse them with LiveOdds.
func (a *Analyser) Liveness(f Frame, face Face) (float64, error) {
	p, err := a.lend(f)
	if err != nil {
		return 0, err
	}
	defer a.giveBack(p)
	part := p.mat.Region(around(face.Box, f.bounds(), a.models.manifest.Liveness.Crop))
	defer part.Close()
	if err := a.liveness.run(part, &a.resized); err != nil {
		return 0, fmt.Errorf("judge liveness: %w", err)
	}
	return softmax(a.liveness.net.output(0), a.models.manifest.Liveness.Output.BonaFide), nil
}

// around scales box about its centre, as far as the frame allows, and shifts it
// inside the frame: the model was trained on crops that keep their shape.
func around(box, frame image.Rectangle, scale float64) image.Rectangle {
	scale = min(scale, float64(frame.Dx()-1)/float64(box.Dx()), float64(frame.Dy()-1)/float64(box.Dy()))
	w, h := max(1, int(scale*float64(box.Dx()))), max(1, int(scale*float64(box.Dy())))
	x := box.Min.X + (box.Dx()-w)/2
	y := box.Min.Y + (box.Dy()-h)/2
	x = min(max(x, frame.Min.X), frame.Max.X-w)
	y = min(max(y, frame.Min.Y), frame.Max.Y-h)
	return image.Rect(x, y, x+w, y+h)
}

// softmax returns the probability of one class.
func softmax(logits []float32, class int) float64 {
	var sum float64
	for _, l := range logits {
		sum += math.Exp(float64(l - logits[class]))
	}
	return 1 / sum
}
