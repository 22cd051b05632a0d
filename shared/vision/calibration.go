package vision

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/strict"
)

// CalibrationVersion is the version of the file that this program reads.
const CalibrationVersion = 1

// Calibration is the file that `gate-agent eval` writes: what was measured of a
// recogniser's scores, and with how many photos.
type Calibration struct {
	Version  int      `yaml:"version"`
	Template string   `yaml:"template"` // the recogniser's
	Measured Measured `yaml:"measured"`

	face.Calibration `yaml:",inline"`
}

// Measured counts what a calibration rests on.
type Measured struct {
	References int `yaml:"references"` // templates in the gallery
	Photos     int `yaml:"photos"`     // of which each was made
	Mated      int `yaml:"mated"`      // probes of people in the gallery
	NonMated   int `yaml:"non_mated"`  // probes of others
}

// Write writes the file, as Open reads it beside the manifest.
func (c Calibration) Write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Measured by gate-agent eval; README.md beside the manifest explains the fields.\n")
	fmt.Fprintf(&b, "version: %d\ntemplate: %q\n", c.Version, c.Template)
	m := c.Measured
	fmt.Fprintf(&b, "measured: {references: %d, photos: %d, mated: %d, non_mated: %d}\n", m.References, m.Photos, m.Mated, m.NonMated)
	fmt.Fprintf(&b, "intercept: %.4f\nslope: %.4f\n", c.Intercept, c.Slope)
	fmt.Fprintf(&b, "floor: %.3f\nceiling: %.3f\nmargin: %.2f\ncrowd: %.4f\nmated:\n", c.Floor, c.Ceiling, c.Margin, c.Crowd)
	for _, q := range c.Mated {
		fmt.Fprintf(&b, "  - {share: %g, score: %.3f}\n", q.Share, q.Score)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// readCalibration reads the file that the manifest names.
func (m *Manifest) readCalibration() (face.Calibration, error) {
	path := filepath.Join(m.dir, m.Recogniser.Calibration)
	var c Calibration
	if err := strict.DecodeFile(path, &c); err != nil {
		return c.Calibration, fmt.Errorf("models calibration: %w", err)
	}
	if c.Version != CalibrationVersion {
		return c.Calibration, fmt.Errorf("models calibration %s: version is %d: want %d", path, c.Version, CalibrationVersion)
	}
	if c.Template != m.Recogniser.Template {
		return c.Calibration, fmt.Errorf("models calibration %s: template is %q, the recogniser's is %q: measure it with gate-agent eval",
			path, c.Template, m.Recogniser.Template)
	}
	if m := c.Measured; min(m.References, m.Photos, m.Mated, m.NonMated) < 1 {
		return c.Calibration, fmt.Errorf("models calibration %s: measured is %+v: want 1 or more of each", path, m)
	}
	if err := c.Validate(); err != nil {
		return c.Calibration, fmt.Errorf("models calibration %s: %w", path, err)
	}
	return c.Calibration, nil
}
