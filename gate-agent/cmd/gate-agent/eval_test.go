package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testModels = "../../../deploy/models/manifest.yaml"

// folder makes a folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func picture(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../.cache/samples/sample2.jpg")
	if err != nil {
		t.Fatalf("no samples: run `make setup` first (%v)", err)
	}
	return string(data)
}

func TestEvalRefuses(t *testing.T) {
	people := folder(t, map[string]string{"anna/1.jpg": "", "anna/2.jpg": ""})
	odd := folder(t, map[string]string{"anna/1.jpg": "", "groups.csv": "anna,north\nanna,south\n"})
	file := filepath.Join(people, "anna", "1.jpg")
	nowhere := filepath.Join(people, "none", "x.svg")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no folder":           {[]string{filepath.Join(people, "none")}, 1, "no such file"},
		"a file":              {[]string{file}, 1, "1.jpg"},
		"empty photos":        {[]string{people}, 1, "2 cannot be read"},
		"twice in groups.csv": {[]string{odd}, 1, "stands here twice"},
		"no photos":           {[]string{"--photos", "0", people}, 2, "--photos is 0"},
		"negative photos":     {[]string{"--photos", "-1", people}, 2, "--photos is -1"},
		"more photos":         {[]string{"--photos", "9", people}, 1, "no person has more than 9 photos"},
		"unwritable curve":    {[]string{"--svg", nowhere, people}, 1, "x.svg"},
		"a folder as curve":   {[]string{"--svg", people, people}, 1, "it is no regular file"},
		"too few to calibrate": {[]string{"--calibration", filepath.Join(people, "c.yaml"), people}, 1,
			"a calibration needs 80 references, 100 mated and 400 non-mated probes, there are 1, 1 and 0"},
		"pad with photos":      {[]string{"--pad", "--photos", "2", people}, 2, "--photos has no meaning with --pad"},
		"pad without a folder": {[]string{"--pad", people}, 1, "bona-fide"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(t.Context(), append([]string{"eval", "--models", testModels}, c.args...), &out, &errOut)
			if code != c.code || !strings.Contains(errOut.String(), c.want) || out.Len() > 0 {
				t.Errorf("code %d, says %q and prints %q; want %d and %q", code, &errOut, &out, c.code, c.want)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(people, "*.part")); len(left) > 0 {
		t.Errorf("%q is left behind", left)
	}
}

func TestEval(t *testing.T) {
	photo := picture(t)
	for name, c := range map[string]struct {
		args []string
		dir  string
		keys []string
	}{
		"recognition": {nil, folder(t, map[string]string{"anna/1.jpg": photo, "anna/2.jpg": photo, "bert/1.jpg": photo}),
			[]string{"gallery", "mated", "non_mated", "not_detected", "rank1", "fnir", "threshold"}},
		"presentations": {[]string{"--pad"}, folder(t, map[string]string{"bona-fide/1.jpg": photo, "print/1.jpg": photo}),
			[]string{"bona_fide", "bpcer", "species", "bpcer_at_apcer"}},
	} {
		t.Run(name, func(t *testing.T) {
			svg := filepath.Join(t.TempDir(), "curve.svg")
			var out, errOut bytes.Buffer
			args := append([]string{"eval", "--models", testModels, "--json", "--svg", svg}, c.args...)
			if code := run(t.Context(), append(args, c.dir), &out, &errOut); code != 0 {
				t.Fatalf("code %d: %s", code, &errOut)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			var last map[string]any
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
				t.Fatalf("the last line: %v", err)
			}
			for _, key := range c.keys {
				if _, ok := last[key]; !ok {
					t.Errorf("the object lacks %q: %v", key, last)
				}
			}
			if drawn, err := os.ReadFile(svg); err != nil || !bytes.Contains(drawn, []byte("</svg>")) {
				t.Errorf("the curve: %v", err)
			}
			if !strings.Contains(errOut.String(), "100 %") {
				t.Errorf("progress says %q", &errOut)
			}
		})
	}
}
