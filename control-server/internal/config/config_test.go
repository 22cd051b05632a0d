package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // of the error; empty for none
	}{
		{"an empty file", "", "the file is empty"},
		{"everything", "version: 1\ndata: d\nhttp: :80\nbus: 0.0.0.0:4222\nbus_url: nats://venue.example:4222\nmodels: m.yaml\npublic: https://venue.example\nzone: Europe/Berlin\nenrolments: 2\n", ""},
		{"unknown key", "htpp: x\n", "htpp"},
		{"wrong type", "enrolments: many\n", "many"},
		{"version", "version: 2\n", "version: 2"},
		{"no data", "data: ''\n", "data: is empty"},
		{"no models", "models: ''\n", "models: is empty"},
		{"http", "http: nowhere\n", `http: "nowhere"`},
		{"bus", "bus: 'localhost:'\n", `bus: "localhost:"`},
		{"bus without an address", "bus: 0.0.0.0:4222\n", "bus_url: is needed"},
		{"bus_url", "bus_url: venue.example\n", `bus_url: "venue.example"`},
		{"public", "public: ftp://x\n", `public: "ftp://x"`},
		{"zone", "zone: Mars/Olympus\n", `zone: "Mars/Olympus"`},
		{"enrolments", "enrolments: 65\n", "enrolments: 65"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "server.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path)):
				t.Errorf("got %v, want %s and the file named", err, tt.want)
			}
		})
	}
	if _, err := Load(""); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}
