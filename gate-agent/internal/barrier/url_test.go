package barrier

import (
	"strings"
	"testing"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

func TestParseURL(t *testing.T) {
	cfg, err := ParseURL("serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=tripod-pulse" +
		"&release=2&debounce=50ms&passage=4:closed&fire=none")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Path != "/dev/ttyUSB0" || cfg.Profile.Name != "waveshare-8ch" {
		t.Errorf("got %+v", cfg)
	}
	w := cfg.Wiring
	if w.Release != 2 || w.Debounce != 50*time.Millisecond || len(w.Inputs) != 2 ||
		w.Inputs[firmware.Passage] != (firmware.Contact{Input: 4, Active: firmware.Closed}) {
		t.Errorf("wiring is %+v", w)
	}
	if again, err := firmware.LoadWiring("tripod-pulse"); err != nil || len(again.Inputs) != 3 {
		t.Errorf("an override changed the wiring for everybody: %+v, %v", again, err)
	}
	cfg, err = ParseURL("serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=open-loop&passage=1:open")
	if err != nil || !cfg.Wiring.ClosedLoop() {
		t.Errorf("an input cannot be added: %v", err)
	}
}

func TestParseURLRefuses(t *testing.T) {
	const lcus = "serial:///dev/x?board=lcus-1&wiring=open-loop"
	tests := []struct{ url, want string }{
		{"", "want serial:///PATH"},
		{"tcp:///dev/x?board=lcus-1&wiring=open-loop", "want serial:///PATH"},
		{"serial://dev/x?board=lcus-1&wiring=open-loop", "want serial:///PATH"},
		{"serial:///dev/x?wiring=open-loop", `board: unknown board ""; known: lcus-1`},
		{"serial:///dev/x?board=lcus-1", `wiring: unknown wiring ""; known: open-loop`},
		{lcus + "&baud=9600", "baud: unknown key; known: board, wiring"},
		{lcus + "&board=lcus-1", "board: is given 2 times"},
		{lcus + "&release=one", `release: strconv.Atoi: parsing "one"`},
		{lcus + "&release=2", "release: 2, but board lcus-1 has relays 1..1"},
		{lcus + "&debounce=3", "debounce: time: missing unit"},
		{lcus + "&debounce=0s", "debounce: 0s is not in"},
		{lcus + "&passage=1", `passage: "1" is not INPUT:open, INPUT:closed or none`},
		{lcus + "&passage=1:low", `inputs.passage.active: "low"`},
		{lcus + "&passage=1:open", "inputs.passage.input: 1, but board lcus-1 has 0 inputs"},
		{"serial:///dev/x?board=lcus-1&wiring=tripod-pulse", "but board lcus-1 has 0 inputs"},
		{lcus + "&%zz", "invalid URL escape"},
	}
	for _, tt := range tests {
		cfg, err := ParseURL(tt.url)
		if err == nil || !strings.Contains(err.Error(), tt.want) || cfg.Path != "" {
			t.Errorf("ParseURL(%q) = %q, %v; want an error with %q", tt.url, cfg.Path, err, tt.want)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=tripod-pulse&passage=4:closed")
	f.Fuzz(func(t *testing.T, raw string) {
		cfg, err := ParseURL(raw)
		if err == nil && cfg.Wiring.Fits(cfg.Profile) != nil {
			t.Errorf("ParseURL(%q) accepted a wiring that does not fit", raw)
		}
	})
}
