package reader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.bug.st/serial"
)

// The pauses before an unplugged scanner is opened again.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Scan is one ticket that a hardware scanner has read.
type Scan struct {
	Payload string
	At      time.Time
}

// Serial is a hardware scanner that types its codes into a serial port, one per
// line. Make it with OpenSerial, run it with Run.
type Serial struct {
	path    string
	mode    serial.Mode
	suffix  byte
	log     *slog.Logger
	scans   chan Scan
	dropped atomic.Int64

	mu      sync.Mutex
	fault   error
	onFault func(error)
}

var suffixes = map[string]byte{"": '\r', "cr": '\r', "lf": '\n', "tab": '\t'}

// OpenSerial checks the URL, serial:///dev/ttyACM0?suffix=cr&baud=9600; nothing
// is opened before Run. The suffix that ends a code is cr (the default of most
// scanners; a following lf does no harm), lf or tab. The default baud is 9600;
// USB scanners ignore it.
func OpenSerial(raw string, log *slog.Logger) (*Serial, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("scanner: %w", err)
	}
	if u.Scheme != "serial" || u.Host != "" || len(u.Path) < 2 {
		return nil, fmt.Errorf("scanner: %q is not serial:// with an absolute path", raw)
	}
	query := u.Query()
	suffix, ok := suffixes[query.Get("suffix")]
	if !ok {
		return nil, fmt.Errorf("scanner: %q: suffix %q is none of cr, lf, tab", raw, query.Get("suffix"))
	}
	baud := 9600
	if query.Has("baud") {
		if baud, err = strconv.Atoi(query.Get("baud")); err != nil || baud < 300 || baud > 921600 {
			return nil, fmt.Errorf("scanner: %q: baud %q is not a number from 300 to 921600", raw, query.Get("baud"))
		}
	}
	query.Del("suffix")
	query.Del("baud")
	if len(query) > 0 {
		return nil, fmt.Errorf("scanner: %q has an option that is unknown: %s", raw, query.Encode())
	}
	return &Serial{
		path:   u.Path,
		mode:   serial.Mode{BaudRate: baud, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit},
		suffix: suffix,
		log:    log,
		scans:  make(chan Scan, 1),
		fault:  errors.New("the scanner is starting"),
	}, nil
}

// Scans delivers the tickets that were read. A ticket that nobody takes before
// the next one is dropped: its holder is gone.
func (s *Serial) Scans() <-chan Scan { return s.scans }

// Dropped counts the lines that could not be tickets: empty, over-long or not
// printable.
func (s *Serial) Dropped() int64 { return s.dropped.Load() }

// OnFault sets what is called with each new Fault, never twice at once. Set it
// before Run; f must not call back into the Serial.
func (s *Serial) OnFault(f func(fault error)) { s.onFault = f }

// Fault is nil while the scanner is plugged in, and otherwise says in plain
// words what is wrong.
func (s *Serial) Fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *Serial) setFault(fault error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case fault == nil && s.fault == nil:
		return
	case fault == nil:
		s.log.Info("scanner is up")
	case s.fault == nil || s.fault.Error() != fault.Error():
		s.log.Warn("scanner is down", "cause", fault.Error())
	default:
		return
	}
	s.fault = fault
	if s.onFault != nil {
		s.onFault(fault)
	}
}

// Run reads the scanner until ctx ends, which is the only reason to return, and
// never an error. An unplugged scanner is opened again when it is back.
func (s *Serial) Run(ctx context.Context) error {
	pause := firstPause
	for {
		opened, err := s.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.setFault(err)
		if opened {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

func (s *Serial) session(ctx context.Context) (opened bool, err error) {
	port, err := serial.Open(s.path, &s.mode)
	if err != nil {
		return false, fmt.Errorf("open scanner %s: %w", s.path, err)
	}
	// Closing the port is what ends a read that waits.
	stop := context.AfterFunc(ctx, func() { port.Close() })
	defer func() {
		if stop() {
			port.Close()
		}
	}()
	if err := port.ResetInputBuffer(); err != nil { // half a code from before
		return true, err
	}
	s.setFault(nil)
	err = s.readLines(port)
	return true, fmt.Errorf("read scanner %s: it was unplugged or switched off: %w", s.path, err)
}

// readLines delivers each line of r until it fails. It never holds more than a
// ticket's length.
func (s *Serial) readLines(r io.Reader) error {
	in := bufio.NewReader(r)
	line := make([]byte, 0, maxPayload+1)
	for {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return err
		case b == s.suffix:
			s.deliver(line)
			line = line[:0]
		case b == '\n' && len(line) == 0: // the second half of a suffix CR LF
		case len(line) <= maxPayload: // one byte too many marks an over-long line
			line = append(line, b)
		}
	}
}

func (s *Serial) deliver(line []byte) {
	payload := string(line)
	if !printable(payload) {
		s.dropped.Add(1)
		return
	}
	select { // an older scan makes room
	case <-s.scans:
	default:
	}
	select {
	case s.scans <- Scan{payload, time.Now()}:
	default:
	}
}
