package firmware

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden file anew; then check it against the boards' manuals")

// TestFrames holds the bytes of every board against testdata/frames.golden,
// which was checked line by line against the makers' manuals.
func TestFrames(t *testing.T) {
	var got strings.Builder
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s\n", name)
		for _, line := range frames(t, p) {
			fmt.Fprintf(&got, "  %s\n", line)
		}
	}
	const golden = "testdata/frames.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("frames differ from %s:\n%s", golden, got.String())
	}
}

func frames(t *testing.T, p Profile) []string {
	var lines []string
	add := func(what string, frame []byte) { lines = append(lines, fmt.Sprintf("%-18s % X", what, frame)) }
	if c := p.Commands; c != nil {
		for relay := 1; relay <= p.Relays; relay++ {
			add(fmt.Sprintf("on %d", relay), frame(t, c.On, relay))
			add(fmt.Sprintf("off %d", relay), frame(t, c.Off, relay))
		}
		return lines
	}
	m := p.Modbus
	for _, relay := range []int{1, p.Relays} {
		add(fmt.Sprintf("on %d", relay), adu(m.Unit, m.Switch(relay, true)))
		add(fmt.Sprintf("off %d", relay), adu(m.Unit, m.Switch(relay, false)))
	}
	add("pulse 1 100ms", adu(m.Unit, m.Flash(1, 100*time.Millisecond)))
	add("pulse 1 450ms", adu(m.Unit, m.Flash(1, 450*time.Millisecond)))
	add("pulse 1 500ms", adu(m.Unit, m.Flash(1, 500*time.Millisecond)))
	add("pulse 1 1s", adu(m.Unit, m.Flash(1, time.Second)))
	add("pulse 2 500ms", adu(m.Unit, m.Flash(2, 500*time.Millisecond)))
	add("read relays", adu(m.Unit, m.ReadRelays(p.Relays)))
	add("read inputs", adu(m.Unit, m.ReadInputs(p.Inputs)))
	return lines
}

func frame(t *testing.T, c Command, relay int) []byte {
	t.Helper()
	b, err := c.Frame(relay)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// adu frames a request as Modbus RTU does, with the checksum of its
// specification, section 6.2.2.
func adu(unit byte, r Request) []byte {
	frame := binary.BigEndian.AppendUint16([]byte{unit, r.Function}, r.Address)
	frame = binary.BigEndian.AppendUint16(frame, r.Value)
	crc := uint16(0xFFFF)
	for _, b := range frame {
		crc ^= uint16(b)
		for range 8 {
			odd := crc&1 == 1
			crc >>= 1
			if odd {
				crc ^= 0xA001
			}
		}
	}
	return binary.LittleEndian.AppendUint16(frame, crc)
}
