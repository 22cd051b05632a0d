package vision

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/strict"
)

// copyModels returns a folder with the default manifest, changed, and the files
// it names.
func copyModels(t *testing.T, change func(string) string) string {
	t.Helper()
	text, err := os.ReadFile(manifestPath)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(manifestPath), "*.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models: run `make setup` first (%v)", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(file)), data)
	}
	calibration, err := os.ReadFile(filepath.Join(filepath.Dir(manifestPath), "calibration.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "calibration.yaml"), calibration)
	path := filepath.Join(dir, "manifest.yaml")
	write(t, path, []byte(change(string(text))))
	return path
}

// linkRuntime puts ONNX Runtime beside a copied manifest: a link, because a
// process can load one only.
func linkRuntime(t *testing.T, path string) {
	t.Helper()
	lib, err := filepath.Abs(filepath.Join(filepath.Dir(manifestPath), "lib"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(lib, filepath.Join(filepath.Dir(path), "lib")); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	const hash = "6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854"
	for _, tt := range []struct {
		name, from, to string
		want           []string
	}{
		{"wrong hash", hash, strings.Repeat("0", 64), []string{"fr_detect.onnx", hash, strings.Repeat("0", 64)}},
		{"malformed hash", hash, "abc", []string{"detector.sha256", `"abc"`}},
		{"missing file", "file: fr_detect.onnx", "file: other.onnx", []string{"other.onnx", "make setup"}},
		{"file outside the folder", "file: fr_detect.onnx", "file: ../fr_detect.onnx", []string{"detector.file", "../fr_detect.onnx"}},
		{"unknown key", "  overlap: 0.4", "  overlap: 0.4\n  speed: fast", []string{"speed"}},
		{"another version", "version: 1", "version: 2", []string{"version", "2"}},
		{"unknown output kind", "kind: decoded-boxes", "kind: anchors", []string{"detector.output.kind", "anchors", "decoded-boxes"}},
		{"unknown colours", "colours: bgr", "colours: hsv", []string{"liveness.input.colours", "hsv"}},
		{"threshold out of range", "threshold: 0.65", "threshold: 65", []string{"detector.threshold", "65"}},
		{"no licence", "  path: package/model/fr_feature.onnx\n  licence: MIT", "  path: package/model/fr_feature.onnx", []string{"recogniser.licence"}},
		{"unknown output", "scores: scores", "scores: logits", []string{"fr_detect.onnx", "logits"}},
		{"no calibration", "calibration: calibration.yaml", "calibration: none.yaml", []string{"calibration", "none.yaml"}},
		{"calibration of another recogniser", "template: fr-feature-2", "template: other", []string{"calibration.yaml", `"fr-feature-2"`, `"other"`, "gate-agent eval"}},
		{"wrong dimension", "dimension: 512", "dimension: 128", []string{"fr_feature.onnx", "512", "128"}},
		{"a dimension that no template can have", "dimension: 512", "dimension: 5000", []string{"recogniser.output.dimension", "5000"}},
		{"a point that is no number", "[56.0252, 71.7366]", "[.nan, 71.7366]", []string{"recogniser.references"}},
		{"two equal points", "[73.5318, 51.5014]", "[38.2946, 51.6963]", []string{"recogniser.references"}},
		{"a mean that is no number", "mean: 127,", "mean: .nan,", []string{"detector.input.mean", "NaN"}},
		{"a power beyond all", "power: 0.3", "power: 1.35", []string{"recogniser.strength.power", "1.35"}},
		{"a power of no length", "{least: 2.2, power: 0.3}", "{power: 0.3}", []string{"recogniser.strength.least"}},
		{"eyes that leave the face", "crop: 0.68", "crop: 6.8", []string{"eyes.crop", "6.8"}},
		{"no closed eyes", "closed: 0", "closed: 2", []string{"fr_eye.onnx", "2"}},
		{"class that is not there", "bona_fide: 0", "bona_fide: 7", []string{"fr_liveness.onnx", "7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := copyModels(t, func(text string) string {
				if !strings.Contains(text, tt.from) {
					t.Fatalf("the manifest has no %q", tt.from)
				}
				return strings.Replace(text, tt.from, tt.to, 1)
			})
			linkRuntime(t, path)
			for _, backend := range backends {
				m, err := Open(path, Options{Backend: backend})
				if err == nil {
					m.Close()
					t.Fatalf("%s: no error", backend)
				}
				for _, want := range tt.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%s: error is %q, want it to name %q", backend, err, want)
					}
				}
			}
		})
	}
}

func TestStrengthMayBeLeftOut(t *testing.T) {
	path := copyModels(t, func(text string) string {
		return strings.Replace(text, "  strength: {least: 2.2, power: 0.3}", "", 1)
	})
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	a, err := m.NewAnalyser()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	f := sample(t, 3)
	v, err := a.Features(nil, f, detect(t, a, f)[0])
	if length := face.Length(v); err != nil || math.Abs(length-1) > 1e-6 {
		t.Errorf("length %v, error %v: want length 1", length, err)
	}
}

func TestOpenRefusesShape(t *testing.T) {
	path := copyModels(t, func(text string) string {
		return strings.Replace(text, "shape: [1, 3, 128, 128]", "shape: [1, 3, 80, 80]", 1)
	})
	linkRuntime(t, path)
	m, err := Open(path, Options{Backend: BackendONNXRuntime})
	if err == nil {
		m.Close()
		t.Fatal("no error")
	}
	if !strings.Contains(err.Error(), "80") {
		t.Errorf("error is %q, want it to name the shape", err)
	}
}

func TestOpenWithoutRuntime(t *testing.T) {
	path := copyModels(t, func(text string) string { return text })
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.Backend() != BackendOpenCV {
		t.Errorf("backend is %s, want %s", m.Backend(), BackendOpenCV)
	}
	if _, err := Open(path, Options{Backend: "tpu"}); err == nil || !strings.Contains(err.Error(), "tpu") {
		t.Errorf("error of an unknown backend is %v", err)
	}
}

func TestRuntimeWithWrongHash(t *testing.T) {
	path := copyModels(t, func(text string) string { return text })
	lib := filepath.Join(filepath.Dir(path), "lib")
	if err := os.Mkdir(lib, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(lib, "libonnxruntime.so.1"), []byte("not a library"))
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "libonnxruntime.so.1: SHA-256 is") {
		t.Errorf("error is %v, want the library's hashes", err)
	}
}

func FuzzManifest(f *testing.F) {
	text, err := os.ReadFile(manifestPath)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("version: 1"))
	f.Add([]byte("detector: {input: {shape: [1]}}"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var m Manifest
		if strict.Decode("manifest", data, &m) == nil {
			_ = m.validate() // any answer, but no crash
		}
	})
}
