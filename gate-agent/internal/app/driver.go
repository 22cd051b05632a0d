package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/openstile/stile/gate-agent/internal/barrier"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// driver runs one lane's machine: one goroutine takes events, steps the machine
// and carries its commands out.
type driver struct {
	machine *lane.Machine
	events  chan lane.Event
	gate    checkin.GateID
	lane    checkin.LaneID
	barrier func() lane.Barrier // nil while there is none
	claims  lane.Claims         // of this gate
	bus     busClaim
	record  func(context.Context, wire.Record) error
	show    func(lane.Screen)
	changed func()
	log     *slog.Logger

	mu      sync.Mutex
	accepts bool // as the machine last said
	offered bool // a presentation is on its way to it
	state   lane.State
	last    *wire.LastOutcome
}

// busClaim takes a credential's use among all gates.
type busClaim func(context.Context, checkin.EventID, checkin.CredentialID, wire.Claim) (won bool, holder wire.Claim, err error)

const (
	// More events than a lane can have under way at once.
	eventQueue = 64
	// An end that the journal did not take is written again this often.
	endRetry = 2 * time.Second
)

func (d *driver) snapshot() (lane.State, *wire.LastOutcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state, d.last
}

// present hands a presentation over if the lane is free for one.
func (d *driver) present(p checkin.Presentation, s checkin.Standing) bool {
	d.mu.Lock()
	free := d.accepts && !d.offered
	d.offered = d.offered || free
	d.mu.Unlock()
	if free {
		d.events <- lane.Presented{ID: wire.NewID[checkin.AdmissionID](), Presentation: p, Standing: s}
	}
	return free
}

func (d *driver) free() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accepts && !d.offered
}

// run steps the machine until ctx ends.
func (d *driver) run(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	d.publish(false)
	for {
		var ev lane.Event
		select {
		case <-ctx.Done():
			return nil
		case ev = <-d.events:
		case <-timer.C:
			ev = lane.Tick{}
		}
		d.step(ctx, ev)
		_, presented := ev.(lane.Presented)
		d.publish(presented)
		if at := d.machine.Deadline(); !at.IsZero() {
			timer.Reset(time.Until(at))
		} else {
			timer.Stop()
		}
	}
}

// publish lets others see where the machine stands, and whether it has looked at
// what was on its way.
func (d *driver) publish(presented bool) {
	d.mu.Lock()
	d.offered = d.offered && !presented
	moved := d.state != d.machine.State()
	d.accepts, d.state = d.machine.Accepts(), d.machine.State()
	d.mu.Unlock()
	if moved {
		d.changed()
	}
}

func (d *driver) step(ctx context.Context, ev lane.Event) {
	for _, c := range d.machine.Step(time.Now().UTC(), ev) {
		d.do(ctx, c)
	}
}

func (d *driver) do(ctx context.Context, c lane.Command) {
	switch c := c.(type) {
	case lane.Claim:
		go d.claim(ctx, c)
	case lane.Record:
		d.admission(ctx, c.Admission)
	case lane.Release:
		go d.release(ctx, c)
	case lane.RecordPassage:
		p := c.Passage
		p.ID = wire.NewID[checkin.PassageID]()
		_ = d.record(ctx, wire.Record{ID: string(p.ID), Kind: wire.RecordPassage, Passage: &p}) // a failure is a condition by now
	case lane.Confirm:
		go d.settle(ctx, c.Claim, true)
	case lane.GiveBack:
		go d.settle(ctx, c.Claim, false)
	case lane.Show:
		d.show(c.Screen)
	}
}

func (d *driver) claimOf(c lane.Claim) wire.Claim {
	return wire.Claim{Admission: c.ID, Gate: d.gate, Lane: d.lane, At: time.Now().UTC()}
}

// claim takes the credential in the gate's own journal, so that the gate knows
// of it whatever happens to the bus or to this process, and then on the bus.
func (d *driver) claim(ctx context.Context, c lane.Claim) {
	answer := lane.ClaimAnswered{Claim: c, Answer: lane.ClaimUnreachable}
	claim := d.claimOf(c)
	won, holder, err := d.claims.Claim(ctx, c.Event, c.Credential, claim)
	if err == nil && won && !c.Local {
		won, holder, err = d.bus(ctx, c.Event, c.Credential, claim)
		if err != nil || !won {
			// The bus may have heard a claim that it did not answer.
			if err := d.claims.GiveBack(ctx, c.Event, c.Credential, claim); err != nil {
				d.log.Warn("claim was not given back", "admission", c.ID, "err", err)
			}
		}
	}
	switch {
	case err != nil:
		d.log.Warn("claim was not taken", "admission", c.ID, "err", err)
	case won:
		answer.Answer = lane.ClaimWon
	default:
		answer.Answer, answer.Gate, answer.Lane, answer.At = lane.ClaimTaken, holder.Gate, holder.Lane, holder.At
	}
	d.send(ctx, answer)
}

// settle confirms or gives back, for as long as the journal takes to take it.
func (d *driver) settle(ctx context.Context, c lane.Claim, confirm bool) {
	end := d.claims.GiveBack
	if confirm {
		end = d.claims.Confirm
	}
	for ctx.Err() == nil {
		err := end(ctx, c.Event, c.Credential, d.claimOf(c))
		if err == nil {
			return
		}
		d.log.Warn("claim has not ended yet", "admission", c.ID, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(endRetry):
		}
	}
}

func (d *driver) admission(ctx context.Context, a checkin.Admission) {
	err := d.record(ctx, wire.Record{ID: string(a.ID), Kind: wire.RecordAdmission, Admission: &a})
	d.mu.Lock()
	d.last = &wire.LastOutcome{At: a.At, Means: a.Means, Outcome: a.Outcome, Reason: a.Reason}
	d.mu.Unlock()
	d.changed()
	if a.Outcome == checkin.Admitted {
		d.step(ctx, lane.Recorded{ID: a.ID, OK: err == nil})
	}
}

func (d *driver) release(ctx context.Context, c lane.Release) {
	sent := false
	if board := d.barrier(); board != nil {
		fresh, cancel := context.WithDeadline(ctx, c.Before)
		err := board.Release(fresh, c.Pulse)
		cancel()
		if err != nil {
			d.log.Error("the release failed", "admission", c.ID, "err", err)
		}
		// A barrier that may have given way counts as released: whether somebody
		// passes is for the sensors to say, and a ticket lets nobody in twice.
		sent = err == nil || errors.Is(err, barrier.ErrUnanswered)
	}
	d.send(ctx, lane.ReleaseSent{ID: c.ID, OK: sent})
}

func (d *driver) send(ctx context.Context, ev lane.Event) {
	select {
	case d.events <- ev:
	case <-ctx.Done():
	}
}
