package vision

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/openstile/stile/shared/face"
)

// Output kinds that the code can read.
const (
	kindDecodedBoxes = "decoded-boxes"
	kindPoints68     = "points-68"
	kindEmbedding    = "embedding"
	kindLogits       = "logits"
)

// validate reports every wrong field at once.
func (m *Manifest) validate() error {
	v := validation{}
	v.check(m.Version == 1, "version", m.Version, "1")

	d := &m.Detector
	v.model("detector", &d.Model)
	v.check(d.Output.Kind == kindDecodedBoxes, "detector.output.kind", d.Output.Kind, kindDecodedBoxes)
	v.check(d.Output.Boxes != "", "detector.output.boxes", d.Output.Boxes, "a name")
	v.check(d.Output.Scores != "", "detector.output.scores", d.Output.Scores, "a name")
	v.check(d.Output.Face >= 0, "detector.output.face", d.Output.Face, "a column from 0")
	v.check(d.Threshold > 0 && d.Threshold < 1, "detector.threshold", d.Threshold, "between 0 and 1")
	v.check(d.Overlap > 0 && d.Overlap < 1, "detector.overlap", d.Overlap, "between 0 and 1")

	l := &m.Landmarks
	v.model("landmarks", &l.Model)
	v.check(l.Output.Kind == kindPoints68, "landmarks.output.kind", l.Output.Kind, kindPoints68)
	v.check(l.Output.Name != "", "landmarks.output.name", l.Output.Name, "a name")

	r := &m.Recogniser
	v.model("recogniser", &r.Model)
	v.check(r.Output.Kind == kindEmbedding, "recogniser.output.kind", r.Output.Kind, kindEmbedding)
	v.check(r.Output.Name != "", "recogniser.output.name", r.Output.Name, "a name")
	v.check(r.Output.Dimension > 0 && r.Output.Dimension <= face.MaxDimension, "recogniser.output.dimension", r.Output.Dimension, fmt.Sprintf("1 to %d", face.MaxDimension))
	v.check(r.Template != "", "recogniser.template", r.Template, "an id")
	v.check(r.Strength.Power >= 0 && r.Strength.Power <= 1, "recogniser.strength.power", r.Strength.Power, "from 0 to 1")
	v.check((r.Strength.Power == 0) == (r.Strength.Least == 0) && r.Strength.Least >= 0, "recogniser.strength.least", r.Strength.Least, "above 0 if and only if there is a power")
	v.check(r.within(r.References), "recogniser.references", r.References, "five different points inside the input")
	v.check(filepath.IsLocal(r.Calibration), "recogniser.calibration", r.Calibration, "a path inside the manifest's folder")

	p := &m.Liveness
	v.model("liveness", &p.Model)
	v.check(p.Output.Kind == kindLogits, "liveness.output.kind", p.Output.Kind, kindLogits)
	v.check(p.Output.Name != "", "liveness.output.name", p.Output.Name, "a name")
	v.check(p.Output.BonaFide >= 0, "liveness.output.bona_fide", p.Output.BonaFide, "a class from 0")
	v.check(p.Crop >= 1, "liveness.crop", p.Crop, "1 or more")

	e := &m.Eyes
	v.model("eyes", &e.Model)
	v.check(e.Output.Kind == kindLogits, "eyes.output.kind", e.Output.Kind, kindLogits)
	v.check(e.Output.Name != "", "eyes.output.name", e.Output.Name, "a name")
	v.check(e.Output.Closed >= 0, "eyes.output.closed", e.Output.Closed, "a class from 0")
	v.check(e.Crop > 0 && e.Crop <= 1, "eyes.crop", e.Crop, "above 0, at most 1")

	for i, lib := range m.Runtime {
		name := fmt.Sprintf("runtime[%d]", i)
		v.file(name, lib.File)
		v.check(lib.Arch != "", name+".arch", lib.Arch, "a processor such as amd64")
	}
	return errors.Join(v.errs...)
}

// within reports whether the points are different and inside the input.
func (r *Recogniser) within(points [5][2]float64) bool {
	if len(r.Input.Shape) != 4 {
		return false
	}
	for i, p := range points {
		inside := p[0] > 0 && p[0] < float64(r.Input.width()) && p[1] > 0 && p[1] < float64(r.Input.height())
		if !inside || slices.Contains(points[:i], p) { // inside is false for what is no number
			return false
		}
	}
	return true
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

type validation struct{ errs []error }

func (v *validation) check(ok bool, field string, value any, want string) {
	if !ok {
		v.errs = append(v.errs, fmt.Errorf("%s is %v: want %s", field, show(value), want))
	}
}

func show(value any) any {
	if s, ok := value.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return value
}

func (v *validation) file(name string, f File) {
	v.check(filepath.IsLocal(f.File), name+".file", f.File, "a path inside the manifest's folder")
	hash, err := hex.DecodeString(f.SHA256)
	v.check(err == nil && len(hash) == 32, name+".sha256", f.SHA256, "64 hexadecimal digits")
	v.check((f.Package == "") == (f.Path == ""), name+".path", f.Path, "a path if and only if there is a package")
	v.check(f.Licence != "", name+".licence", f.Licence, "an SPDX identifier")
}

func (v *validation) model(name string, m *Model) {
	v.file(name, m.File)
	in := m.Input
	v.check(in.Name != "", name+".input.name", in.Name, "a name")
	v.check(in.Scale != 0 && finite(in.Scale), name+".input.scale", in.Scale, "a number that is not 0")
	v.check(finite(in.Mean), name+".input.mean", in.Mean, "a number")
	channels, ok := map[string]int{"rgb": 3, "bgr": 3, "grey": 1}[in.Colours]
	v.check(ok, name+".input.colours", in.Colours, "rgb, bgr or grey")
	v.check(len(in.Shape) == 4 && in.Shape[0] == 1 && in.Shape[1] == channels && min(in.Shape[2], in.Shape[3]) > 0,
		name+".input.shape", in.Shape, "[1, channels of the colours, height, width]")
}
