package vision

import "gocv.io/x/gocv"

// Wipe overwrites what the Analyser's buffers hold of the last picture and the
// faces in it. It is for whoever must keep nothing until the next one comes.
func (a *Analyser) Wipe() {
	a.alignment = alignment{}
	clear(a.faces[:cap(a.faces)])
	clear(a.luma)
	for _, s := range a.steps() {
		s.net.wipe()
	}
	for _, m := range a.pictures() {
		wipe(m)
	}
}

func wipe(m *gocv.Mat) {
	if !m.Empty() {
		m.SetTo(gocv.Scalar{})
	}
}

func (a *Analyser) steps() [5]*step {
	return [...]*step{&a.detector, &a.landmarks, &a.recogniser, &a.liveness, &a.eyes}
}

// pictures are the buffers that hold pixels.
func (a *Analyser) pictures() [5]*gocv.Mat {
	return [...]*gocv.Mat{&a.resized, &a.padded, &a.aligned, &a.halves[0], &a.halves[1]}
}
