package vision

import (
	"errors"
	"fmt"

	"github.com/openstile/stile/shared/face"
)

// Options choose how the models run.
type Options struct {
	Backend string // BackendONNXRuntime, BackendOpenCV, or "" for ONNX Runtime where its library is present
	// Uncalibrated opens a recogniser whose calibration is yet to be measured:
	// its Calibration is zero, and no threshold must be made of it.
	Uncalibrated bool
}

// Models are the loaded models of one manifest, safe for concurrent use.
type Models struct {
	manifest Manifest
	backend  string

	detector, landmarks, recogniser, liveness, eyes loaded
}

// Open loads the models that the manifest at path names, checks that they have
// the inputs and outputs it states, and runs them from then on without further
// file access.
func Open(path string, opts Options) (*Models, error) {
	manifest, err := LoadManifest(path)
	if err != nil {
		return nil, err
	}
	if !opts.Uncalibrated {
		if manifest.Recogniser.calibration, err = manifest.readCalibration(); err != nil {
			return nil, err
		}
	}
	sequentialOpenCV()
	m := &Models{manifest: manifest}
	eng, backend, err := newEngine(&m.manifest, opts.Backend)
	if err != nil {
		return nil, fmt.Errorf("open models: %w", err)
	}
	m.backend = backend
	if err := m.load(eng); err != nil {
		return nil, errors.Join(fmt.Errorf("open models: %w", err), m.Close())
	}
	a, err := m.NewAnalyser()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open models: %w", err), m.Close())
	}
	return m, a.Close()
}

func (m *Models) load(eng engine) error {
	d, l, r, p, e := &m.manifest.Detector, &m.manifest.Landmarks, &m.manifest.Recogniser, &m.manifest.Liveness, &m.manifest.Eyes
	for _, part := range []struct {
		to      *loaded
		model   *Model
		outputs []string
	}{
		{&m.detector, &d.Model, []string{d.Output.Boxes, d.Output.Scores}},
		{&m.landmarks, &l.Model, []string{l.Output.Name}},
		{&m.recogniser, &r.Model, []string{r.Output.Name}},
		{&m.liveness, &p.Model, []string{p.Output.Name}},
		{&m.eyes, &e.Model, []string{e.Output.Name}},
	} {
		got, err := eng.load(part.model, part.outputs)
		if err != nil {
			return fmt.Errorf("%s: %w", part.model.File.File, err)
		}
		*part.to = got
	}
	return nil
}

// ModelID is the id that goes with each template. Templates of different ids
// cannot be compared.
func (m *Models) ModelID() string { return m.manifest.Recogniser.Template }

// Backend is what runs the models.
func (m *Models) Backend() string { return m.backend }

// Dimension is the length of a template.
func (m *Models) Dimension() int { return m.manifest.Recogniser.Output.Dimension }

// Calibration gives the thresholds that the recogniser's templates need.
func (m *Models) Calibration() face.Calibration { return m.manifest.Recogniser.calibration }

// Close frees the models. Close every Analyser first.
func (m *Models) Close() error {
	var errs []error
	for _, part := range []loaded{m.detector, m.landmarks, m.recogniser, m.liveness, m.eyes} {
		if part != nil {
			errs = append(errs, part.close())
		}
	}
	return errors.Join(errs...)
}
