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
		return strings.Replace(text, "template: fr-feature-2", "template: other-2", 1)
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

// The calibration that ships lets the lane of a large venue use faces, and tells
// the enrolled from the strangers of a small one.
func TestCalibrationThatShips(t *testing.T) {
	m, _ := open(t, "")
	c := m.Calibration()
	if !c.Attainable(50_000, 0.01, 0) {
		t.Errorf("threshold for 50,000 at 1 %% is %.3f, above the ceiling of %.3f", c.Threshold(50_000, 0.01, 0), c.Ceiling)
	}
	if missed := c.Missed(c.Threshold(1000, 0.01, 0)); missed > 0.1 {
		t.Errorf("%.3f of single frames are missed in a gallery of 1,000", missed)
	}
	if lead := c.Threshold(1000, 0.01, 0) - c.Threshold(100, 0.01, 0); lead < 0.03 {
		t.Errorf("ten times the strangers lift the threshold by %.3f", lead)
	}
}
