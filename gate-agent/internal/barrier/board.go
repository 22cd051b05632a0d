// Package barrier drives the relay board that releases a turnstile, over a
// serial port, and watches the contacts that come back from it. Which bytes a
// board speaks and how it is wired is data in firmware-config.
package barrier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

var (
	// ErrBusy is returned by Release while a pulse is in flight.
	ErrBusy = errors.New("a release is already in flight")
	// ErrDown is returned while the board cannot be reached.
	ErrDown = errors.New("relay board is down")
	// ErrUnanswered is returned when the board was told to release and no good
	// answer came: the barrier may have given way for all that.
	ErrUnanswered = errors.New("the relay board has not confirmed the release")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("relay board is closed")
)

// Limits of a pulse. Turnstiles overlook one of less than 100 ms, and hold their
// arm unlocked for 5 s by themselves (PERCo TTR manuals).
const (
	minPulse = 100 * time.Millisecond
	maxPulse = 5 * time.Second
)

// Config says which board hangs on which port, and what is wired to it.
type Config struct {
	Path    string // of the serial port
	Profile firmware.Profile
	Wiring  firmware.Wiring
	Log     *slog.Logger
	// OnState, if set, is called by Run with the state at its start and with
	// every change. It must not block.
	OnState func(State)
}

// Board is one relay board. Its methods may be called from any goroutine.
type Board struct {
	cfg    Config
	inputs chan Input
	faults atomic.Uint64

	lock    chan struct{} // guards what follows; a channel, so that Release can give up waiting
	link    *link         // nil while down
	cause   error         // why it is down
	failing int           // exchanges failed in a row
	pulse   *time.Timer   // nil unless a pulse is in flight
	closed  bool
}

// Open opens the port and switches every relay off. It fails if the port
// cannot be opened, if a board that answers does not, or if the wiring does not
// fit the board. The board is then driven by Run and must be closed by Close.
func Open(cfg Config) (*Board, error) {
	if err := cfg.Wiring.Fits(cfg.Profile); err != nil {
		return nil, fmt.Errorf("open relay board: %w", err)
	}
	link, err := openLink(cfg.Path, cfg.Profile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", describe(cfg.Path, err), err)
	}
	return &Board{
		cfg:    cfg,
		inputs: make(chan Input, 16),
		lock:   make(chan struct{}, 1),
		link:   link,
	}, nil
}

// ClosedLoop reports whether the board can see a passage. Without, passages
// are assumed and must be counted as unconfirmed.
func (b *Board) ClosedLoop() bool { return b.cfg.Wiring.ClosedLoop() }

// Faults counts the exchanges with the board that went wrong: no answer,
// garbage, or a refusal.
func (b *Board) Faults() uint64 { return b.faults.Load() }

// Release energises the release relay for one person and returns once the board
// has been told and, if it is one that answers, has confirmed. The pulse ends
// after the given time, which must be 100 ms to 5 s; a board that can ends it
// itself, even if this process dies.
//
// It returns ErrBusy while an earlier pulse is in flight, ErrDown while the
// board cannot be reached, and the context's error if that ended before
// anything was sent. After any other error, of which ErrUnanswered is the one that
// a board in order gives, the relay may have been on for an instant: it has been
// switched off, or is the first thing to be when the board is back.
func (b *Board) Release(ctx context.Context, pulse time.Duration) error {
	if pulse < minPulse || pulse > maxPulse {
		return fmt.Errorf("release: pulse %v is not in %v..%v", pulse, minPulse, maxPulse)
	}
	select {
	case b.lock <- struct{}{}:
		defer b.unlock()
	case <-ctx.Done():
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("release: %w", ctx.Err())
	case b.closed:
		return fmt.Errorf("release: %w", ErrClosed)
	case b.link == nil:
		return fmt.Errorf("release: %w: %w", ErrDown, b.cause)
	case b.pulse != nil:
		return fmt.Errorf("release: %w", ErrBusy)
	}
	relay := b.cfg.Wiring.Release
	if err := b.link.release(relay, pulse); err != nil {
		b.faults.Add(1)
		if errors.Is(err, errSilent) || errors.Is(err, errGarbled) {
			err = fmt.Errorf("%w: %w", ErrUnanswered, err)
		}
		if err := b.link.off(relay); err != nil {
			b.lose(err)
		}
		return fmt.Errorf("release: %w", err)
	}
	b.pulse = time.AfterFunc(pulse, b.endPulse)
	return nil
}

// endPulse says off also to a board that times its pulses: two ends are safer
// than one.
func (b *Board) endPulse() {
	b.lock <- struct{}{}
	defer b.unlock()
	b.pulse = nil
	if b.link == nil || b.closed {
		return
	}
	if err := b.link.off(b.cfg.Wiring.Release); err != nil {
		b.faults.Add(1)
		b.lose(err)
	}
}

// Close switches every relay off, whatever is in flight, and closes the port.
// It returns an error if it could not, and then a relay may be on. A second
// Close does nothing.
func (b *Board) Close() error {
	b.lock <- struct{}{}
	defer b.unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if b.pulse != nil {
		b.pulse.Stop()
	}
	if b.link == nil {
		return fmt.Errorf("close relay board: relays not switched off: %w: %w", ErrDown, b.cause)
	}
	err := errors.Join(b.link.allOff(), b.link.port.Close())
	b.link = nil
	if err != nil {
		return fmt.Errorf("close relay board: %w", err)
	}
	return nil
}

func (b *Board) unlock() { <-b.lock }

// lose gives the port up, for Run to open it anew. The caller holds the lock.
func (b *Board) lose(cause error) {
	_ = b.link.port.Close() // it is broken already
	b.link, b.cause, b.failing = nil, cause, 0
}
