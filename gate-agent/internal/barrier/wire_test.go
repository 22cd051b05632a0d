package barrier

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"
	"github.com/grid-x/modbus"
)

// The bytes in this file are those of the boards' manuals, not computed ones.

func TestLCUSOnTheWire(t *testing.T) {
	wire := newWire(t, func(string) string { return "" })
	b := open(t, wire, "lcus-2")
	if err := b.Release(t.Context(), minPulse); err != nil {
		t.Fatal(err)
	}
	// Both relays off at the start; on; off by the timer.
	wire.wants(t, "A00100A1", "A00200A2", "A00101A2", "A00100A1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	wire.wants(t, "A00100A1", "A00200A2", "A00101A2", "A00100A1", "A00100A1", "A00200A2")
}

func TestWaveshareOnTheWire(t *testing.T) {
	wire := newWire(t, waveshare)
	b := open(t, wire, "waveshare-8ch")
	offs := []string{
		"010500000000CDCA", "0105000100009C0A", "0105000200006C0A", "0105000300003DCA",
		"0105000400008C0B", "010500050000DDCB", "0105000600002DCB", "0105000700007C0B",
		"0101000000083DCC", // are they?
	}
	wire.wants(t, offs...)
	if err := b.Release(t.Context(), 500e6); err != nil {
		t.Fatal(err)
	}
	wire.wants(t, append(offs, "0105020000050C71", "010500000000CDCA")...)
	if contacts, status := b.look(); status != seen || contacts != 0x03 {
		t.Errorf("contacts are %08b, status %v", contacts, status)
	}
	wire.wants(t, append(offs, "0105020000050C71", "010500000000CDCA", "01020000000879CC")...)
}

// A lost answer must not leave the relay on, nor be taken for a release.
func TestReleaseWithoutAnswerIsSwitchedOff(t *testing.T) {
	wire := newWire(t, func(request string) string {
		if strings.HasPrefix(request, "010502") {
			return "0105020000050C72" // wrong checksum
		}
		return waveshare(request)
	})
	b := open(t, wire, "waveshare-8ch")
	before := len(wire.sent())
	if err := b.Release(t.Context(), 500e6); !errors.Is(err, ErrUnanswered) {
		t.Errorf("a release without a good answer: %v", err)
	}
	if got := wire.sent()[before:]; !slices.Equal(got, []string{"0105020000050C71", "010500000000CDCA"}) {
		t.Errorf("sent %v", got)
	}
	if b.Faults() != 1 {
		t.Errorf("%d faults, want 1", b.Faults())
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := map[string]struct {
		answer func(string) string
		want   string
	}{
		"a silent board":  {func(string) string { return "" }, "does not answer on "},
		"a babbling line": {func(string) string { return "DEADBEEFDEADBEEF00" }, "answers garbage"},
		"an echo":         {func(request string) string { return request }, "answers garbage"},
		"another board":   {func(string) string { return "018502C351" }, "refuses commands"},
		"a stuck relay": {func(request string) string {
			if request == "0101000000083DCC" {
				return "010101019048"
			}
			return request
		}, "relays 00000001 are still on"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, w := load(t, "waveshare-8ch", "open-loop")
			wire := newWire(t, tt.answer)
			_, err := Open(Config{Path: wire.path, Profile: p, Wiring: w, Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestOpenNamesThePort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/nowhere/ttyUSB9": "/nowhere/ttyUSB9 is not there: relay board unplugged?",
		file:               file + " is not a serial port",
	} {
		p, w := load(t, "lcus-1", "open-loop")
		_, err := Open(Config{Path: path, Profile: p, Wiring: w})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}

func TestBoardThatFallsSilentIsDown(t *testing.T) {
	for name, after := range map[string]struct{ answer, want string }{
		"silent":  {"", "does not answer"},
		"garbage": {"FFFFFFFFFFFFFFFF", "answers garbage"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wire := newWire(t, waveshare)
			p, w := load(t, "waveshare-8ch", "open-loop")
			states := make(chan State, 10)
			b, err := Open(Config{Path: wire.path, Profile: p, Wiring: w, Log: slog.New(slog.DiscardHandler),
				OnState: func(s State) { states <- s }})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			go b.Run(t.Context())
			if s := <-states; s != (State{Up: true}) {
				t.Errorf("first state is %+v", s)
			}
			wire.setAnswer(func(string) string { return after.answer })
			if s := <-states; s.Up || !strings.Contains(s.Cause, after.want) {
				t.Errorf("state is %+v, want %q", s, after.want)
			}
			wire.setAnswer(waveshare)
			if s := <-states; s != (State{Up: true}) {
				t.Errorf("state is %+v, want up", s)
			}
			if b.Faults() < faultsToDown {
				t.Errorf("%d faults", b.Faults())
			}
		})
	}
}

func FuzzParseReply(f *testing.F) {
	frames := modbus.NewRTUClientHandler("")
	frames.SetSlave(1)
	f.Add(unhex("01020000000879CC"), unhex("01020105618B"))
	f.Add(unhex("0105020000050C71"), unhex("0105020000050C71"))
	f.Add(unhex("0105020000050C71"), unhex("018502C351"))
	f.Fuzz(func(t *testing.T, request, reply []byte) {
		if len(request) != 8 {
			return
		}
		payload, err := parseReply(frames, request, reply)
		if err == nil && len(payload) != 1 && len(payload) != 4 {
			t.Errorf("payload of % X is % X", reply, payload)
		}
		if err != nil && !transient(err) {
			t.Errorf("%v would be taken for a broken port", err)
		}
	})
}

// waveshare answers as an idle board does whose inputs 1 and 2 are closed.
func waveshare(request string) string {
	switch request {
	case "0101000000083DCC":
		return "010101005188"
	case "01020000000879CC":
		return "01020103E189"
	default:
		return request
	}
}

// wire is the far end of a pty that answers from a table and remembers.
type wire struct {
	path string

	mu     sync.Mutex
	answer func(request string) string
	got    []string
}

func newWire(t *testing.T, answer func(request string) string) *wire {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{path: slave.Name(), answer: answer}
	t.Cleanup(func() { _ = slave.Close(); _ = master.Close() })
	go func() {
		buf := make([]byte, 8)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			w.mu.Lock()
			request := strings.ToUpper(hex.EncodeToString(buf[:n]))
			w.got = append(w.got, request)
			reply := w.answer(request)
			w.mu.Unlock()
			_, _ = master.Write(unhex(reply))
		}
	}()
	return w
}

func (w *wire) setAnswer(answer func(string) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

func (w *wire) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

func (w *wire) wants(t *testing.T, frames ...string) {
	t.Helper()
	want := strings.Join(frames, "")
	eventually(t, "on the wire: "+want, func() bool { return strings.Join(w.sent(), "") == want })
}

// open opens a board that nobody runs.
func open(t *testing.T, w *wire, board string) *Board {
	t.Helper()
	p, wiring := load(t, board, "open-loop")
	b, err := Open(Config{Path: w.path, Profile: p, Wiring: wiring, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}
