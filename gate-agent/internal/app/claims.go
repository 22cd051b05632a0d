package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/gate-agent/internal/uplink"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// claims are those of this gate, in its journal. How each one ends is kept
// there until the bus has heard it too.
type claims struct{ app *App }

var _ lane.Claims = claims{}

func (c claims) Claim(ctx context.Context, event checkin.EventID, id checkin.CredentialID, claim wire.Claim) (bool, wire.Claim, error) {
	return c.app.journal.Claim(ctx, event, id, claim)
}

func (c claims) Confirm(ctx context.Context, event checkin.EventID, id checkin.CredentialID, claim wire.Claim) error {
	defer c.app.wakeSettling()
	return c.app.journal.ConfirmClaim(ctx, event, id, claim.Admission)
}

func (c claims) GiveBack(ctx context.Context, event checkin.EventID, id checkin.CredentialID, claim wire.Claim) error {
	defer c.app.wakeSettling()
	return c.app.journal.ReleaseClaim(ctx, event, id, claim.Admission)
}

const (
	settleBatch = 64
	// A claim that the bus would not hear is told again this often.
	settleRetry = 2 * time.Second
)

func (a *App) wakeSettling() {
	select {
	case a.unsettled <- struct{}{}:
	default:
	}
}

// settle tells the bus how claims ended, for as long as it takes: also those
// that ended while it was away, or before the agent was started again.
func (a *App) settle(ctx context.Context) error {
	retry := time.NewTicker(settleRetry)
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.unsettled:
		case <-retry.C:
		}
		if err := a.settleAll(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("claims are not settled yet", "err", err)
		}
	}
}

// settleAll goes through all that the bus has not heard, while it listens. One
// that must wait for another admission does not hold up the rest: their claims
// on the bus expire.
func (a *App) settleAll(ctx context.Context) error {
	for a.uplink.Online() {
		batch, err := a.journal.Unsettled(ctx, settleBatch)
		if err != nil {
			return err
		}
		var waiting []error
		for _, s := range batch {
			end := a.uplink.GiveBack
			if s.Claim.Confirmed {
				end = a.uplink.Confirm
			}
			err := end(ctx, s.Event, s.Credential, s.Claim)
			var held *uplink.HeldError
			switch {
			case errors.As(err, &held):
				a.doubleAdmission(s.Claim, held.Holder)
			case errors.Is(err, uplink.ErrUndecided):
				waiting = append(waiting, fmt.Errorf("admission %s: %w", s.Claim.Admission, err))
				continue
			case err != nil:
				return fmt.Errorf("admission %s: %w", s.Claim.Admission, err)
			}
			if err := a.journal.MarkSettled(ctx, s); err != nil {
				return err
			}
		}
		if len(batch) < settleBatch || len(waiting) > 0 {
			return errors.Join(waiting...)
		}
	}
	return nil
}

func (a *App) doubleAdmission(here, there wire.Claim) {
	a.log.Warn("a credential was used twice", "admission", here.Admission, "other", there.Admission, "gate", there.Gate)
	a.health.Gate().Raise(health.DoubleAdmission, fmt.Sprintf(
		"One ticket was used twice while the network was away: admission %s at lane %s, and admission %s at lane %s of gate %s.",
		here.Admission, here.Lane, there.Admission, there.Lane, there.Gate))
}

// endClaims ends what an agent that stopped has left open. Nobody saw whether
// somebody who was released passed: that use stands, unconfirmed, rather than
// letting one ticket in twice. It is called while no lane runs.
func (a *App) endClaims(ctx context.Context) error {
	open, err := a.journal.OpenClaims(ctx)
	if err != nil {
		return err
	}
	for _, c := range open {
		end := claims{a}.Confirm
		switch {
		case c.Admission == nil, c.Admission.Outcome == checkin.Denied,
			c.Passage != nil && c.Passage.Outcome == checkin.PassageAbandoned:
			end = claims{a}.GiveBack
		case c.Passage == nil:
			p := checkin.Passage{
				ID: wire.NewID[checkin.PassageID](), Admission: c.Admission.ID, Event: c.Event, Gate: c.Admission.Gate,
				Lane: c.Admission.Lane, At: c.Admission.At, Outcome: checkin.PassageCompleted,
			}
			if err := a.record(ctx, wire.Record{ID: string(p.ID), Kind: wire.RecordPassage, Passage: &p}); err != nil {
				return err
			}
		}
		if err := end(ctx, c.Event, c.Credential, c.Claim); err != nil {
			return err
		}
		a.log.Info("a claim that was left open has ended", "admission", c.Claim.Admission)
	}
	return nil
}
