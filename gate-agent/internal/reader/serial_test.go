package reader

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestOpenSerialRefusesWhatIsNoScanner(t *testing.T) {
	for url, want := range map[string]string{
		"serial:///dev/ttyACM0":                      "",
		"serial:///dev/ttyACM0?suffix=lf&baud=19200": "",
		"/dev/ttyACM0":                               "not serial://",
		"serial://ttyACM0":                           "not serial://",
		"serial:///dev/ttyACM0?suffix=crlf":          `suffix "crlf"`,
		"serial:///dev/ttyACM0?baud=fast":            `baud "fast"`,
		"serial:///dev/ttyACM0?baud=1":               `baud "1"`,
		"serial:///dev/ttyACM0?parity=even":          "parity=even",
	} {
		_, err := OpenSerial(url, quiet)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("OpenSerial(%q) = %v, want it to say %q", url, err, want)
		}
	}
}

// scanner is a simulated scanner on a pty, behind a name that stays the same
// when it is plugged in again.
type scanner struct {
	link   string
	master *os.File
}

func (s *scanner) plug(t *testing.T) {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	t.Cleanup(func() { master.Close() })
	os.Remove(s.link)
	if err := os.Symlink(tty.Name(), s.link); err != nil {
		t.Fatal(err)
	}
	s.master = master
	// The reader's port replaces tty before the first byte is sent.
}

func (s *scanner) unplug() {
	os.Remove(s.link)
	s.master.Close()
}

func (s *scanner) send(t *testing.T, text string) {
	t.Helper()
	if _, err := s.master.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, options string) (*scanner, *Serial) {
	t.Helper()
	dev := &scanner{link: filepath.Join(t.TempDir(), "scanner")}
	dev.plug(t)
	s, err := OpenSerial("serial://"+dev.link+options, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	eventually(t, "the scanner is up", func() bool { return s.Fault() == nil })
	return dev, s
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func expect(t *testing.T, s *Serial, want string) {
	t.Helper()
	select {
	case scan := <-s.Scans():
		if scan.Payload != want || time.Since(scan.At) > time.Minute {
			t.Errorf("scan %q at %v, want %q", scan.Payload, scan.At, want)
		}
	case <-time.After(time.Minute):
		t.Fatalf("no scan, want %q", want)
	}
}

func TestSerialLines(t *testing.T) {
	for name, c := range map[string]struct {
		options, sent, want string
		dropped             int64
	}{
		"cr":                    {"", "TICKET-1\r", "TICKET-1", 0},
		"cr and lf":             {"?suffix=cr", "\nTICKET-1\r\n", "TICKET-1", 0},
		"lf":                    {"?suffix=lf", "TICKET-1\n", "TICKET-1", 0},
		"tab":                   {"?suffix=tab", "TICKET-1\t", "TICKET-1", 0},
		"longest":               {"", strings.Repeat("x", 512) + "\r", strings.Repeat("x", 512), 0},
		"after garbage":         {"", "\x00\xff\x1b[2J\rTICKET-1\r", "TICKET-1", 1},
		"after an empty line":   {"", "\r\rTICKET-1\r", "TICKET-1", 2},
		"after one byte more":   {"", strings.Repeat("x", 513) + "\rTICKET-1\r", "TICKET-1", 1},
		"after an endless line": {"", strings.Repeat("x", 100_000) + "\rTICKET-1\r", "TICKET-1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			dev, s := start(t, c.options)
			go dev.master.WriteString(c.sent) // more than a pty's buffer holds
			expect(t, s, c.want)
			if s.Dropped() != c.dropped {
				t.Errorf("dropped %d, want %d", s.Dropped(), c.dropped)
			}
		})
	}
}

func TestSerialKeepsTheNewestScan(t *testing.T) {
	dev, s := start(t, "")
	dev.send(t, "TICKET-1\rTICKET-2\rTICKET-3\r\r")
	eventually(t, "all lines are read", func() bool { return s.Dropped() == 1 })
	expect(t, s, "TICKET-3")
}

func TestSerialUnplugged(t *testing.T) {
	dev, s := start(t, "")
	dev.send(t, "HALF")
	dev.unplug()
	eventually(t, "the unplugged scanner is told", func() bool { return s.Fault() != nil })
	dev.plug(t)
	eventually(t, "the scanner is back", func() bool { return s.Fault() == nil })
	dev.send(t, "TICKET-1\r")
	expect(t, s, "TICKET-1")
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("TICKET-1\r\n\x00\r"))
	f.Add([]byte(strings.Repeat("x", 2000) + "\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := OpenSerial("serial:///dev/ttyACM0", quiet)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.readLines(strings.NewReader(string(data))); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		select {
		case scan := <-s.Scans():
			if !printable(scan.Payload) {
				t.Errorf("payload %q", scan.Payload)
			}
		default:
		}
	})
}
