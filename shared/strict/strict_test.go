package strict

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type setting struct {
	Name string        `yaml:"name"`
	Wait time.Duration `yaml:"wait"`
	Deep struct {
		On bool `yaml:"on"`
	} `yaml:"deep"`
}

func TestDecode(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"name: a\nwait: 5s\ndeep: {on: true}\n", ""},
		{"---\nname: a\nwait: 5s\ndeep: {on: true}\n...\n", ""},
		{"", "the file is empty"},
		{"# only this\n", "the file is empty"},
		{"name: a\nnames: b\n", "line 2: field names not found"},
		{"deep:\n  on: true\n  off: true\n", "line 3: field off not found"},
		{"name: a\nname: b\n", "line 2"},
		{"name: a\n---\nname: b\n", "more than one YAML document"},
		{"name: a\n---\n[", "more than one YAML document"},
		{"wait: soon\n", "line 1"},
		{"deep: {on: perhaps}\n", "line 1"},
		{"name: [a\n", "yaml"},
		{"- a\n", "line 1"},
		{"\x00", "yaml"},
	} {
		var got setting
		err := Decode("file.yaml", []byte(row.text), &got)
		switch {
		case row.want == "":
			if err != nil || got.Name != "a" || got.Wait != 5*time.Second || !got.Deep.On {
				t.Errorf("%q: %+v, %v", row.text, got, err)
			}
		case err == nil || !strings.HasPrefix(err.Error(), "file.yaml: ") || !strings.Contains(err.Error(), row.want):
			t.Errorf("%q: error %v, want %q", row.text, err, row.want)
		}
	}
}

func TestDecodeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.yaml")
	var got setting
	if err := DecodeFile(path, &got); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(path, []byte("name: a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := DecodeFile(path, &got); err != nil || got.Name != "a" {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: a\nwait: 5s\ndeep: {on: true}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("name: a\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got setting
		if err := Decode("file.yaml", data, &got); err != nil && !strings.HasPrefix(err.Error(), "file.yaml: ") {
			t.Fatalf("error without the name: %v", err)
		}
	})
}
