package firmware

import (
	"strings"
	"testing"
)

func TestEveryFileLoads(t *testing.T) {
	for _, name := range Names() {
		if p, err := Load(name); err != nil || p.Name != name {
			t.Errorf("Load(%q) = %q, %v", name, p.Name, err)
		}
	}
	for _, name := range WiringNames() {
		if w, err := LoadWiring(name); err != nil || w.Name != name {
			t.Errorf("LoadWiring(%q) = %q, %v", name, w.Name, err)
		}
	}
}

func TestUnknownNamesListTheKnown(t *testing.T) {
	_, err := Load("../boards/lcus-1")
	wantError(t, err, `unknown board "../boards/lcus-1"; known: lcus-1, lcus-2, lcus-4, lcus-8, waveshare-8ch`)
	_, err = LoadWiring("")
	wantError(t, err, `unknown wiring ""; known: open-loop, tripod-pulse`)
}

const plain = "title: x\nbaud: 9600\nrelays: 1\ninputs: 0\ncommands: {on: 41, off: 61}\n"

func TestBadProfiles(t *testing.T) {
	const blind = "inputs: 0\ncommands: {on: 41, off: 61}"
	tests := map[string]struct{ old, new, want string }{
		"unknown key":      {"relays:", "relay:", "field relay not found"},
		"no title":         {"title: x", "title: ''", "title: is missing"},
		"slow":             {"9600", "96", "baud: 96 is not in 1200..115200"},
		"no relays":        {"relays: 1", "relays: 0", "relays: 0 is not in 1..8"},
		"inputs":           {"inputs: 0", "inputs: 4", "inputs: 4, but a board with commands"},
		"no language":      {"commands: {on: 41, off: 61}", "", "commands, modbus: exactly one"},
		"not hex":          {"on: 41", "on: 4G", `commands.on: "4G" in "4G" is not a byte in hex`},
		"not bytes":        {"on: 41", "on: 4142", "commands.on: \"4142\""},
		"empty":            {"off: 61", "off: ''", `commands.off: "" holds no bytes`},
		"same":             {"off: 61", "off: 41", `commands.off: "41" is the same as commands.on`},
		"gap":              {"off: 61", "off: 61, gap: 1m", "commands.gap: 1m0s is not in 0s..1s"},
		"blind modbus":     {blind, "inputs: 0\nmodbus: {unit: 1}", "inputs: 0, but reading them"},
		"broadcast":        {blind, "inputs: 8\nmodbus: {unit: 0}", "modbus.unit: 0 is not in 1..247"},
		"pulse is relay 1": {blind, "inputs: 8\nmodbus: {unit: 1}", "modbus.pulse.address: 0"},
		"pulse without step": {blind, "inputs: 8\nmodbus: {unit: 1, pulse: {address: 512}}",
			"modbus.pulse.step: 0s is not in 1ms..1s"},
	}
	if _, err := decode[Profile]("x.yaml", []byte(plain)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := decode[Profile]("x.yaml", []byte(strings.Replace(plain, tt.old, tt.new, 1)))
			wantError(t, err, "x.yaml: ")
			wantError(t, err, tt.want)
		})
	}
}

func TestBadWirings(t *testing.T) {
	const good = "title: x\nrelease: 1\ndebounce: 30ms\ninputs:\n  passage: {input: 1, active: open}\n"
	tests := map[string]struct{ old, new, want string }{
		"no relay":   {"release: 1", "release: 0", "release: 0 is not in 1..8"},
		"debounce":   {"30ms", "1h", "debounce: 1h0m0s is not in 1ms..1s"},
		"role":       {"passage", "pasage", `inputs: unknown role "pasage"; known: [passage ready fire]`},
		"input":      {"input: 1", "input: 9", "inputs.passage.input: 9 is not in 1..8"},
		"level":      {"open", "low", `inputs.passage.active: "low" is neither open nor closed`},
		"duplicate":  {"inputs:\n", "inputs:\n  fire: {input: 1, active: open}\n", "inputs.passage.input: 1 is already fire"},
		"key in map": {"active:", "activ:", "field activ not found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := decode[Wiring]("x.yaml", []byte(strings.Replace(good, tt.old, tt.new, 1)))
			wantError(t, err, tt.want)
		})
	}
}

func TestWiringFitsBoard(t *testing.T) {
	tests := []struct {
		board, wiring string
		release       int
		want          string
	}{
		{"waveshare-8ch", "tripod-pulse", 1, ""},
		{"waveshare-8ch", "open-loop", 8, ""},
		{"lcus-1", "open-loop", 1, ""},
		{"lcus-1", "open-loop", 2, "wiring open-loop: release: 2, but board lcus-1 has relays 1..1"},
		{"lcus-8", "tripod-pulse", 1, "wiring tripod-pulse: inputs.fire.input: 3, but board lcus-8 has 0 inputs"},
	}
	for _, tt := range tests {
		p, err := Load(tt.board)
		if err != nil {
			t.Fatal(err)
		}
		w, err := LoadWiring(tt.wiring)
		if err != nil {
			t.Fatal(err)
		}
		w.Release = tt.release
		if err := w.Fits(p); tt.want != "" {
			wantError(t, err, tt.want)
		} else if err != nil {
			t.Error(err)
		}
	}
}

func FuzzCommand(f *testing.F) {
	f.Add("A0 ch 01 sum", 1)
	f.Add("FF", -1)
	f.Fuzz(func(t *testing.T, command string, relay int) {
		frame, err := Command(command).Frame(relay)
		if (err == nil) != (len(frame) > 0) {
			t.Errorf("Frame(%q) = % X, %v", command, frame, err)
		}
	})
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error is %v, want one with %q", err, want)
	}
}
