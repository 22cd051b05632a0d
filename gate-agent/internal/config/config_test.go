package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// file writes a configuration and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gate.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const oneLane = "lanes: [{id: n1, camera: 'v4l2:///dev/video0', barrier: 'sim://?board=lcus'}]\n"

func TestDefaults(t *testing.T) {
	got, err := Load(file(t, oneLane))
	want := Config{
		Version: 1, Data: "gate-data", Models: "deploy/models/manifest.yaml",
		Lanes: []Lane{{
			ID: "n1", Name: "n1", Camera: "v4l2:///dev/video0", Barrier: "sim://?board=lcus",
			Zone: []float64{0.2, 0.05, 0.8, 0.95}, MinEyeDistance: 40,
		}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestEverythingSet(t *testing.T) {
	got, err := Load(file(t, `
version: 1
data: /var/lib/stile
models: /usr/share/stile/models.yaml
lanes:
  - id: north-1
    name: North 1
    camera: rtsp://10.0.0.5/live
    barrier: serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=tripod
    scanner: serial:///dev/ttyACM0
    display: "[::1]:8090"
    zone: [0, 0, 1, 1]
    min_eye_distance: 55.5
    pulse: 300ms
    window: 8s
    hold: 1m
`))
	want := Config{
		Version: 1, Data: "/var/lib/stile", Models: "/usr/share/stile/models.yaml",
		Lanes: []Lane{{
			ID: "north-1", Name: "North 1", Camera: "rtsp://10.0.0.5/live",
			Barrier: "serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=tripod",
			Scanner: "serial:///dev/ttyACM0", Display: "[::1]:8090",
			Zone: []float64{0, 0, 1, 1}, MinEyeDistance: 55.5,
			Pulse: 300 * time.Millisecond, Window: 8 * time.Second, Hold: time.Minute,
		}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// Each row is one mistake, and what the error must say about it. A mistake in
// a lane replaces or adds one line of a good lane.
func TestMistakes(t *testing.T) {
	lane := func(line string) string {
		key, _, _ := strings.Cut(line, ":")
		text := "lanes:\n  - name: North\n"
		for _, good := range []string{"id: n1", "camera: sim:///camera.sock", "barrier: sim://?board=lcus"} {
			if !strings.HasPrefix(good, key+":") {
				text += "    " + good + "\n"
			}
		}
		return text + "    " + line + "\n"
	}
	for _, row := range []struct{ text, want string }{
		{"", "the file is empty"},
		{"# nothing\n", "the file is empty"},
		{"lanes: [", "yaml"},
		{"version: 2\n" + oneLane, "version: 2 is not 1"},
		{"version: one\n" + oneLane, "line 1"},
		{"data: ''\n" + oneLane, "data: is empty"},
		{"models: ''\n" + oneLane, "models: is empty"},
		{"colour: red\n" + oneLane, "field colour not found"},
		{"data: a\ndata: b\n" + oneLane, "already defined"},
		{oneLane + "---\n" + oneLane, "more than one YAML document"},
		{"version: 1\n", "lanes: 0 lanes, want 1 to 8"},
		{"lanes: [{}, {}, {}, {}, {}, {}, {}, {}, {}]\n", "lanes: 9 lanes, want 1 to 8"},
		{"lanes: [{id: n1, camera: 'sim:///c', barrier: 'sim://b'}, {id: n1, camera: 'sim:///d', barrier: 'sim://b'}]\n", `lanes[1]: id: "n1" is used twice`},
		{lane("zones: [0, 0, 1, 1]"), "field zones not found"},
		{lane("id: ''"), `lanes[0]: id: ""`},
		{lane("id: North 1"), `lanes[0]: id: "North 1"`},
		{lane("camera: ''"), `lanes[0]: camera: ""`},
		{lane("camera: /dev/video0"), `lanes[0]: camera: "/dev/video0" is not a device URL`},
		{lane("camera: 'rtsp://a b/'"), `lanes[0]: camera: "rtsp://a b/"`},
		{lane("barrier: ''"), `lanes[0]: barrier: ""`},
		{lane("barrier: ttyUSB0"), `lanes[0]: barrier: "ttyUSB0" is not a device URL`},
		{lane("scanner: /dev/ttyACM0"), `lanes[0]: scanner: "/dev/ttyACM0" is not a device URL`},
		{lane("display: '8090'"), `lanes[0]: display: "8090"`},
		{lane("display: '127.0.0.1:'"), `lanes[0]: display: "127.0.0.1:"`},
		{lane("display: '127.0.0.1:99999'"), `lanes[0]: display: "127.0.0.1:99999"`},
		{lane("display: '0.0.0.0:8090'"), `lanes[0]: display: "0.0.0.0:8090" is not a loopback address`},
		{lane("display: 'kiosk:8090'"), `lanes[0]: display: "kiosk:8090"`},
		{lane("zone: []"), "lanes[0]: zone: []"},
		{lane("zone: [0, 0, 1]"), "lanes[0]: zone: [0 0 1]"},
		{lane("zone: [-0.1, 0, 1, 1]"), "lanes[0]: zone: [-0.1 0 1 1]"},
		{lane("zone: [0, 0, 1, 1.1]"), "lanes[0]: zone: [0 0 1 1.1]"},
		{lane("zone: [0.8, 0, 0.2, 1]"), "lanes[0]: zone: [0.8 0 0.2 1]"},
		{lane("zone: [0, 0.5, 1, 0.5]"), "lanes[0]: zone: [0 0.5 1 0.5]"},
		{lane("zone: [.nan, 0, 1, 1]"), "lanes[0]: zone: [NaN 0 1 1]"},
		{lane("min_eye_distance: -1"), "lanes[0]: min_eye_distance: -1"},
		{lane("min_eye_distance: .nan"), "lanes[0]: min_eye_distance: NaN"},
		{lane("min_eye_distance: .inf"), "lanes[0]: min_eye_distance: +Inf"},
		{lane("pulse: -1s"), "lanes[0]: pulse: -1s"},
		{lane("pulse: 61s"), "lanes[0]: pulse: 1m1s"},
		{lane("window: 2h"), "lanes[0]: window: 2h0m0s"},
		{lane("hold: -5ms"), "lanes[0]: hold: -5ms"},
		{lane("hold: soon"), "line 6"},
	} {
		_, err := Load(file(t, row.text))
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "gate.yaml") {
			t.Errorf("%s\nerror %v, want %q", row.text, err, row.want)
		}
	}
}

func TestNoFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
