package barrier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
	"github.com/openstile/stile/gate-agent/internal/sim"
)

// TestConformance is what every board must do, against its simulation.
func TestConformance(t *testing.T) {
	tests := map[string]func(*testing.T, *rig){
		"releases one person":    releasesOnePerson,
		"never overlaps":         neverOverlaps,
		"close ends the pulse":   closeEndsThePulse,
		"unplugged mid-pulse":    unpluggedMidPulse,
		"close while unplugged":  closeWhileUnplugged,
		"shrugs off garbage":     shrugsOffGarbage,
		"late is not released":   lateIsNotReleased,
		"refuses absurd pulses":  refusesAbsurdPulses,
		"reports fire and ready": reportsFireAndReady,
	}
	for _, board := range firmware.Names() {
		for _, wiring := range firmware.WiringNames() {
			p, w := load(t, board, wiring)
			if w.Fits(p) != nil {
				continue
			}
			for name, test := range tests {
				t.Run(board+"/"+wiring+"/"+name, func(t *testing.T) {
					t.Parallel()
					test(t, newRig(t, p, w))
				})
			}
		}
	}
}

func releasesOnePerson(t *testing.T, r *rig) {
	if r.turnstile.Push(sim.In) {
		t.Fatal("the arm turned before a release")
	}
	if r.board.ClosedLoop() {
		r.wait(firmware.Passage, false)
	}
	if err := r.board.Release(t.Context(), 200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the arm is unlocked", r.turnstile.Unlocked)
	if !r.turnstile.Push(sim.In) || r.turnstile.Push(sim.In) {
		t.Error("a release is not good for exactly one person")
	}
	if r.board.ClosedLoop() {
		r.wait(firmware.Passage, true)
		r.wait(firmware.Passage, false)
		if got := r.reports(firmware.Passage); !slices.Equal(got, []bool{false, true, false}) {
			t.Errorf("passage was reported as %v", got)
		}
	}
	eventually(t, "the relay is off", func() bool { return !r.turnstile.Energised() })
	if n := r.turnstile.Releases(); n != 1 {
		t.Errorf("%d releases, want 1", n)
	}
}

func neverOverlaps(t *testing.T, r *rig) {
	if err := r.board.Release(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	if err := r.board.Release(t.Context(), time.Second); !errors.Is(err, ErrBusy) {
		t.Errorf("second release: %v, want ErrBusy", err)
	}
	eventually(t, "a release is possible again", func() bool {
		err := r.board.Release(t.Context(), minPulse)
		if err == nil {
			return true
		}
		if !errors.Is(err, ErrBusy) {
			t.Fatal(err)
		}
		return false
	})
	eventually(t, "the relay went on twice", func() bool { return r.turnstile.Releases() == 2 })
}

func closeEndsThePulse(t *testing.T, r *rig) {
	if err := r.board.Release(t.Context(), maxPulse); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the relay is on", r.turnstile.Energised)
	if err := r.board.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the relay is off", func() bool { return !r.turnstile.Energised() })
	if err := r.board.Release(t.Context(), minPulse); !errors.Is(err, ErrClosed) {
		t.Errorf("release after Close: %v, want ErrClosed", err)
	}
	if err := r.board.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := <-r.ran; err != nil {
		t.Errorf("Run after Close: %v", err)
	}
}

func unpluggedMidPulse(t *testing.T, r *rig) {
	if err := r.board.Release(t.Context(), maxPulse); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the relay is on", r.turnstile.Energised)
	if r.board.ClosedLoop() {
		r.wait(firmware.Ready, true)
	}
	before := len(r.reports(firmware.Ready))
	r.turnstile.Unplug()
	eventually(t, "the board is down", func() bool { return !r.state().Up })
	if cause := r.state().Cause; !strings.Contains(cause, "unplugged?") {
		t.Errorf("cause is %q", cause)
	}
	if err := r.board.Release(t.Context(), minPulse); !errors.Is(err, ErrDown) {
		t.Errorf("release while down: %v, want ErrDown", err)
	}
	if err := r.turnstile.Replug(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the board is up", func() bool { return r.state().Up })
	eventually(t, "the relay is off", func() bool { return !r.turnstile.Energised() })
	if n := r.turnstile.Releases(); n != 1 {
		t.Errorf("%d releases, want 1: a reconnect must not repeat one", n)
	}
	if r.board.ClosedLoop() {
		eventually(t, "the inputs are reported again", func() bool {
			return len(r.reports(firmware.Ready)) > before
		})
	}
}

func closeWhileUnplugged(t *testing.T, r *rig) {
	r.turnstile.Unplug()
	eventually(t, "the board is down", func() bool { return !r.state().Up })
	if err := r.board.Close(); !errors.Is(err, ErrDown) {
		t.Errorf("Close: %v, want ErrDown: nobody knows how the relays are", err)
	}
	if err := r.turnstile.Replug(); err != nil {
		t.Fatal(err)
	}
	if err := <-r.ran; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func shrugsOffGarbage(t *testing.T, r *rig) {
	before := r.board.Faults()
	for range 5 {
		r.turnstile.Garbage(40)
		time.Sleep(2 * pollEvery)
	}
	eventually(t, "a release succeeds", func() bool {
		return r.board.Release(t.Context(), minPulse) == nil
	})
	eventually(t, "the board is up", func() bool { return r.state().Up })
	t.Logf("%d faults", r.board.Faults()-before)
}

func lateIsNotReleased(t *testing.T, r *rig) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.board.Release(ctx, minPulse); !errors.Is(err, context.Canceled) {
		t.Errorf("release after its time: %v", err)
	}
	if n := r.turnstile.Releases(); n != 0 {
		t.Errorf("%d releases, want none", n)
	}
}

func refusesAbsurdPulses(t *testing.T, r *rig) {
	for _, pulse := range []time.Duration{-1, 0, minPulse - 1, maxPulse + 1} {
		if err := r.board.Release(t.Context(), pulse); err == nil {
			t.Errorf("a pulse of %v was accepted", pulse)
		}
	}
	if n := r.turnstile.Releases(); n != 0 {
		t.Errorf("%d releases, want none", n)
	}
}

func reportsFireAndReady(_ *testing.T, r *rig) {
	if !r.board.ClosedLoop() {
		return
	}
	r.wait(firmware.Fire, false)
	r.turnstile.SetFire(true)
	r.wait(firmware.Fire, true)
	r.turnstile.SetFire(false)
	r.wait(firmware.Fire, false)
	r.wait(firmware.Ready, true)
}

// rig is a running Board on a simulated turnstile.
type rig struct {
	t         *testing.T
	turnstile *sim.Turnstile
	board     *Board
	ran       chan error

	mu     sync.Mutex
	states []State
	inputs map[firmware.Role][]bool
}

func newRig(t *testing.T, p firmware.Profile, w firmware.Wiring) *rig {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	ts, err := sim.NewTurnstile(sim.TurnstileConfig{Profile: p, Wiring: w, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ts.Close() })
	r := &rig{t: t, turnstile: ts, ran: make(chan error, 1), inputs: map[firmware.Role][]bool{}}
	r.board, err = Open(Config{Path: ts.Path(), Profile: p, Wiring: w, Log: log, OnState: r.onState})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.board.Close() })
	go func() { r.ran <- r.board.Run(t.Context()) }()
	go r.follow()
	eventually(t, "the board is up", func() bool { return r.state().Up })
	return r
}

func (r *rig) onState(s State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, s)
}

func (r *rig) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.states) == 0 {
		return State{}
	}
	return r.states[len(r.states)-1]
}

// wait waits until the last report of a role is the wanted one.
func (r *rig) wait(role firmware.Role, active bool) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("%s is %v", role, active), func() bool {
		reports := r.reports(role)
		return len(reports) > 0 && reports[len(reports)-1] == active
	})
}

func (r *rig) reports(role firmware.Role) []bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inputs[role]
}

func (r *rig) follow() {
	for {
		select {
		case in := <-r.board.Inputs():
			r.mu.Lock()
			r.inputs[in.Role] = append(r.inputs[in.Role], in.Active)
			r.mu.Unlock()
		case <-r.t.Context().Done():
			return
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}

func load(t *testing.T, board, wiring string) (firmware.Profile, firmware.Wiring) {
	t.Helper()
	p, err := firmware.Load(board)
	if err != nil {
		t.Fatal(err)
	}
	w, err := firmware.LoadWiring(wiring)
	if err != nil {
		t.Fatal(err)
	}
	return p, w
}
