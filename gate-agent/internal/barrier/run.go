package barrier

import (
	"context"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

const (
	// pollEvery is the rest between two looks at the inputs; an exchange at
	// 9600 baud takes about 15 ms on top.
	pollEvery = 20 * time.Millisecond
	// faultsToDown is how many exchanges in a row may fail: single ones do, on
	// long RS485 lines.
	faultsToDown = 3
	firstRetry   = 250 * time.Millisecond
	lastRetry    = 2 * time.Second
)

// Input is the state of a wired contact. It is a state, not an edge: after an
// outage every input is reported again.
type Input struct {
	Role   firmware.Role
	Active bool
	At     time.Time // when the contact was first seen in this state
}

// Inputs returns the debounced states of the wired inputs: first all of them,
// then every change. It must be read while Run runs: unread inputs hold up the
// watching, though never a release. It is never closed.
func (b *Board) Inputs() <-chan Input { return b.inputs }

// Run watches the inputs and the board itself until ctx is done or the board is
// closed, and then returns nil. When the board is lost, it says so through
// OnState, opens the port again and again, switches every relay off before
// anything else, and says that the board is up.
func (b *Board) Run(ctx context.Context) error {
	var told State
	tell := func(s State) {
		if s == told {
			return
		}
		told = s
		b.cfg.Log.Info("relay board", "up", s.Up, "cause", s.Cause, "faults", b.Faults())
		if b.cfg.OnState != nil {
			b.cfg.OnState(s)
		}
	}
	watches := b.watches()
	retry := firstRetry
	for {
		contacts, status := b.look()
		switch status {
		case stopped:
			return nil
		case down:
			tell(b.state())
			if !sleep(ctx, retry) {
				return nil
			}
			b.reopen()
			retry = min(2*retry, lastRetry)
			watches = b.watches()
			continue
		case seen:
			tell(State{Up: true})
			retry = firstRetry
			if !b.emit(ctx, watches, contacts, time.Now()) {
				return nil
			}
		}
		if !sleep(ctx, pollEvery) {
			return nil
		}
	}
}

// status is the outcome of one look at the board.
type status int

const (
	seen    status = iota // the contacts were read
	missed                // a fault, though not yet one too many
	down                  // there is no link
	stopped               // the board is closed
)

// look reads the contacts once.
func (b *Board) look() (byte, status) {
	b.lock <- struct{}{}
	defer b.unlock()
	if b.closed {
		return 0, stopped
	}
	if b.link == nil {
		return 0, down
	}
	contacts, err := b.link.contacts()
	if err == nil {
		b.failing = 0
		return contacts, seen
	}
	b.faults.Add(1)
	b.failing++
	if transient(err) && b.failing < faultsToDown {
		b.cfg.Log.Debug("relay board fault", "err", err)
		return 0, missed
	}
	b.lose(err)
	return 0, down
}

// reopen tries once. It holds no lock while it does, so that a Release in the
// meantime fails at once.
func (b *Board) reopen() {
	link, err := openLink(b.cfg.Path, b.cfg.Profile)
	b.lock <- struct{}{}
	defer b.unlock()
	switch {
	case err != nil:
		b.cause = err
	case b.closed:
		_ = link.port.Close() // its relays are off
	default:
		b.link, b.cause = link, nil
	}
}

// watch follows one wired input.
type watch struct {
	role firmware.Role
	debouncer
	contact firmware.Contact
}

func (b *Board) watches() []*watch {
	var out []*watch
	for _, role := range firmware.Roles() {
		if c, ok := b.cfg.Wiring.Inputs[role]; ok {
			out = append(out, &watch{role, debouncer{hold: b.cfg.Wiring.Debounce}, c})
		}
	}
	return out
}

// emit sends what has changed. It returns false if ctx ended first.
func (b *Board) emit(ctx context.Context, watches []*watch, contacts byte, now time.Time) bool {
	for _, w := range watches {
		closed := contacts>>(w.contact.Input-1)&1 == 1
		active := closed == (w.contact.Active == firmware.Closed)
		since, changed := w.sample(active, now)
		if !changed {
			continue
		}
		select {
		case b.inputs <- Input{Role: w.role, Active: active, At: since}:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// sleep returns false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
