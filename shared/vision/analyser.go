package vision

import (
	"errors"
	"fmt"
	"image"
	"runtime"

	"gocv.io/x/gocv"
)

// Analyser runs the models on frames. It is for one goroutine at a time, uses
// that one thread, and keeps its buffers between frames: with ONNX Runtime,
// Detect, Measure, Liveness and Features allocate nothing. A frame's
// pixels must not change between Detect and the last question about its faces.
// Errors mean a malformed Frame or a failing engine, never an unsuitable
// picture, except where Enrol says so.
type Analyser struct {
	models     *Models
	references [5]Point

	detector, landmarks, recogniser, liveness, eyes step

	faces     []Face // that Detect found
	alignment alignment
	luma      []byte // of the aligned face

	pinned                         runtime.Pinner
	resized, padded, aligned, warp gocv.Mat
	halves                         [2]gocv.Mat
}

// step is one network with its preparation.
type step struct {
	net  network
	prep preparation
	size image.Point
}

// run resizes img to the network's input, by way of a buffer, and runs it.
func (s *step) run(img gocv.Mat, resized *gocv.Mat) error {
	gocv.Resize(img, resized, s.size, 0, 0, gocv.InterpolationLinear)
	pix, err := resized.DataPtrUint8()
	if err != nil {
		return err
	}
	if err := s.fill(pix); err != nil {
		return err
	}
	return s.net.run()
}

func (s *step) fill(bgr []byte) error { return s.prep.fill(s.net.input(), bgr) }

// NewAnalyser makes an Analyser. Close it when done.
func (m *Models) NewAnalyser() (*Analyser, error) {
	a := &Analyser{
		models:  m,
		resized: gocv.NewMat(), padded: gocv.NewMat(), aligned: gocv.NewMat(),
		warp:   gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F),
		halves: [2]gocv.Mat{gocv.NewMat(), gocv.NewMat()},
	}
	for i, p := range m.manifest.Recogniser.References {
		a.references[i] = Point{p[0], p[1]}
	}
	if err := a.open(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *Analyser) open() error {
	m := &a.models.manifest
	for _, part := range []struct {
		step   *step
		loaded loaded
		model  *Model
	}{
		{&a.detector, a.models.detector, &m.Detector.Model},
		{&a.landmarks, a.models.landmarks, &m.Landmarks.Model},
		{&a.recogniser, a.models.recogniser, &m.Recogniser.Model},
		{&a.liveness, a.models.liveness, &m.Liveness.Model},
		{&a.eyes, a.models.eyes, &m.Eyes.Model},
	} {
		net, err := part.loaded.newNetwork()
		if err != nil {
			return fmt.Errorf("%s: %w", part.model.File.File, err)
		}
		in := part.model.Input
		*part.step = step{net: net, prep: newPreparation(in), size: image.Pt(in.width(), in.height())}
	}
	a.luma = make([]byte, a.recogniser.size.X*a.recogniser.size.Y)
	return a.checkOutputs()
}

// checkOutputs compares what the networks give with what the manifest says.
func (a *Analyser) checkOutputs() error {
	m := &a.models.manifest
	d, l, r, p, e := &m.Detector, &m.Landmarks, &m.Recogniser, &m.Liveness, &m.Eyes
	boxes, scores := len(a.detector.net.output(0))/4, len(a.detector.net.output(1))
	if boxes == 0 || scores%boxes != 0 || scores/boxes <= d.Output.Face {
		return fmt.Errorf("%s: %d boxes and %d scores do not fit face column %d", d.File.File, boxes, scores, d.Output.Face)
	}
	if n := len(a.landmarks.net.output(0)); n != 2*68 {
		return fmt.Errorf("%s: %d values instead of 68 points", l.File.File, n)
	}
	if n := len(a.recogniser.net.output(0)); n != r.Output.Dimension {
		return fmt.Errorf("%s: dimension is %d, the manifest says %d", r.File.File, n, r.Output.Dimension)
	}
	if n := len(a.liveness.net.output(0)); n <= p.Output.BonaFide {
		return fmt.Errorf("%s: %d classes, none is number %d", p.File.File, n, p.Output.BonaFide)
	}
	if n := len(a.eyes.net.output(0)); n <= e.Output.Closed {
		return fmt.Errorf("%s: %d classes, none is number %d", e.File.File, n, e.Output.Closed)
	}
	return nil
}

// Close frees the Analyser's networks and buffers.
func (a *Analyser) Close() error {
	var errs []error
	for _, s := range a.steps() {
		if s.net != nil {
			errs = append(errs, s.net.close())
		}
	}
	for _, m := range a.pictures() {
		wipe(m)
		errs = append(errs, m.Close())
	}
	return errors.Join(append(errs, a.warp.Close())...)
}
