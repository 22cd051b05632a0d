package vision

import (
	"fmt"
	"path/filepath"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/strict"
)

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

// readCalibration reads the file that the manifest names.
func (m *Manifest) readCalibration() (face.Calibration, error) {
	path := filepath.Join(m.dir, m.Recogniser.Calibration)
	var c Calibration
	if err := strict.DecodeFile(path, &c); err != nil {
		return c.Calibration, fmt.Errorf("models calibration: %w", err)
	}
	if c.Version != 1 {
		return c.Calibration, fmt.Errorf("models calibration %s: version is %d: want 1", path, c.Version)
	}
	if c.Template != m.Recogniser.Template {
		return c.Calibration, fmt.Errorf("models calibration %s: template is %q, the recogniser's is %q: measure it with gate-agent eval",
			path, c.Template, m.Recogniser.Template)
	}
	if err := c.Validate(); err != nil {
		return c.Calibration, fmt.Errorf("models calibration %s: %w", path, err)
	}
	return c.Calibration, nil
}
