package sim

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

// TurnstileConfig says which board a simulated turnstile has and how it is
// wired to it.
type TurnstileConfig struct {
	Profile firmware.Profile
	Wiring  firmware.Wiring
	// Walker, unless zero, is how long after a release somebody pushes, for a
	// lane whose people nobody scripts. Otherwise the arm waits for Push.
	Walker time.Duration
	Log    *slog.Logger
}

// Turnstile is a simulated tripod behind a simulated relay board. Its methods
// may be called from any goroutine.
type Turnstile struct {
	wiring firmware.Wiring
	walker time.Duration
	speak  speak
	line   *line
	log    *slog.Logger

	mu     sync.Mutex
	relays relays
	arm    arm
}

// NewTurnstile plugs a turnstile in at Path. It fails for a board that has no
// simulation and for a wiring that does not fit the board.
func NewTurnstile(cfg TurnstileConfig) (*Turnstile, error) {
	speak, ok := boards[cfg.Profile.Name]
	if !ok {
		return nil, fmt.Errorf("simulated turnstile: no simulation of board %q", cfg.Profile.Name)
	}
	if err := cfg.Wiring.Fits(cfg.Profile); err != nil {
		return nil, fmt.Errorf("simulated turnstile: %w", err)
	}
	t := &Turnstile{
		wiring: cfg.Wiring,
		walker: cfg.Walker,
		speak:  speak,
		relays: make(relays, cfg.Profile.Relays),
		log:    cfg.Log,
	}
	line, err := newLine(t.receive)
	if err != nil {
		return nil, fmt.Errorf("simulated turnstile: %w", err)
	}
	t.line = line
	t.log.Info("simulated turnstile plugged in", "path", t.Path(), "board", cfg.Profile.Name)
	return t, nil
}

// Path is the device to open. It stays the same over Unplug and Replug.
func (t *Turnstile) Path() string { return t.line.path }

// Push is a person pushing the arm. It returns whether the arm gave way.
func (t *Turnstile) Push(dir Direction) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	turned := t.arm.push(dir, time.Now())
	t.log.Debug("simulated push", "turned", turned)
	return turned
}

// Pass is a Push by somebody who walks through: it returns when the arm is at rest
// again.
func (t *Turnstile) Pass(dir Direction) bool {
	turned := t.Push(dir)
	if turned {
		time.Sleep(turnTime)
	}
	return turned
}

// Turns counts how often the arm has turned: the truth against which an
// agent's books are checked.
func (t *Turnstile) Turns() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.arm.turns
}

// Releases counts how often the release relay went from off to on.
func (t *Turnstile) Releases() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.relays[t.wiring.Release-1].rises
}

// Unlocked reports whether a push inwards would turn the arm.
func (t *Turnstile) Unlocked() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.arm.yields(In, time.Now())
}

// Energised reports whether the release relay is on.
func (t *Turnstile) Energised() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.relays[t.wiring.Release-1].on(time.Now())
}

// SetFire is the fire panel freeing the arm, or locking it again.
func (t *Turnstile) SetFire(fire bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.arm.fire = fire
}

// Unplug cuts the data line. The relays keep their state, as those of a board
// with its own power supply do.
func (t *Turnstile) Unplug() { t.line.unplug() }

// Replug joins the line again, under the same Path.
func (t *Turnstile) Replug() error { return t.line.plug() }

// Garbage puts n bytes of noise on the line, as bad wiring does.
func (t *Turnstile) Garbage(n int) {
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	t.line.write(noise)
}

// Close unplugs the turnstile for good and removes Path.
func (t *Turnstile) Close() error { return t.line.close() }

// receive is called by the line with the bytes not yet understood.
func (t *Turnstile) receive(in []byte) (rest, reply []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	before := t.relays[t.wiring.Release-1].rises
	rest, reply = t.speak(in, t.relays, t.contacts(now), now)
	if t.relays[t.wiring.Release-1].rises > before {
		t.arm.unlock(now)
		t.log.Debug("simulated release")
		if t.walker > 0 {
			time.AfterFunc(t.walker, func() { t.Push(In) })
		}
	}
	return rest, reply
}

// contacts returns the inputs as the board sees them: bit n-1 is set while
// input n is closed. Inputs with nothing wired to them are open.
func (t *Turnstile) contacts(now time.Time) byte {
	active := map[firmware.Role]bool{
		firmware.Passage: t.arm.turning(now),
		firmware.Ready:   !t.arm.turning(now) && !t.arm.fire,
		firmware.Fire:    t.arm.fire,
	}
	var bits byte
	for role, c := range t.wiring.Inputs {
		if active[role] == (c.Active == firmware.Closed) {
			bits |= 1 << (c.Input - 1)
		}
	}
	return bits
}
