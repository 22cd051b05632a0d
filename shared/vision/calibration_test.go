package vision

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func TestCalibrationRoundTrip(t *testing.T) {
	path := copyModels(t, func(text string) string {
		return strings.Replace(text, "template: fr-feature-1", "template: other-2", 1)
	})
	linkRuntime(t, path)
	m, err := Open(path, Options{Uncalibrated: true})
	if err != nil {
		t.Fatalf("a recogniser without a calibration of its own cannot be measured: %v", err)
	}
	m.Close()
	c := Calibration{
		Version: CalibrationVersion, Template: "other-2", Measured: Measured{694, 1, 2316, 1562},
		Calibration: face.Calibration{
			Intercept: -0.1416, Slope: 0.0661, Floor: 0.34, Ceiling: 0.601, Margin: 0.05, Crowd: -0.0054,
			Mated: []face.Quantile{{Share: 0.01, Score: 0.321}, {Share: 0.5, Score: 0.7}},
		},
	}
	var text bytes.Buffer
	if err := c.Write(&text); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filepath.Dir(path), "calibration.yaml"), text.Bytes())
	m, err = Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got := m.Calibration(); !reflect.DeepEqual(got, c.Calibration) {
		t.Errorf("read back:\n%+v, written:\n%+v", got, c.Calibration)
	}
}
