package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// visit is one person's way into one lane.
type visit struct {
	lane    *simLane
	event   checkin.EventID
	comes   *Person // who walks up, or nil
	ticket  string  // what they hold up then, or empty
	wants   checkin.Outcome
	reason  checkin.Reason
	holder  checkin.HolderID // who must be recognised, if anybody
	because string           // for the reader of the script
	// What the gate decided too late to open for: nobody passed. Admitted are
	// those that it would have let in, had the release come in time.
	tooLate struct{ admitted, denied int }
}

const (
	// patience is how long anything may take that must happen: other programs
	// may keep the processors busy.
	patience = 30 * time.Second
	// A release comes within checkin.Freshness of the deciding frame, or never.
	unlockTime = 4 * time.Second
	// A gate that is too slow so often in a row is out of order.
	tries = 6
	// Somebody who was away for so long is a new visitor to a gate, and so is a
	// ticket.
	away     = 2500 * time.Millisecond
	approach = 0.9 // seconds from the first step to the camera
	holdUp   = 0.7 // seconds a ticket is held up at a time
)

// slow are the reasons of a gate that was too slow, or whose claim was answered
// too late.
var slow = []checkin.Reason{checkin.ReasonStale, checkin.ReasonOffline}

// make plays the visit and returns the admission that it led to. A gate opens
// to nobody whom it saw too long ago, as may happen on a busy machine: they step
// back and try again.
func (v *visit) make(ctx context.Context, demo *venue) (got admission, err error) {
	for range tries {
		var passed bool
		got, passed, err = v.try(ctx, demo)
		switch {
		case err != nil:
			return got, err
		case passed && got.Outcome != checkin.Admitted:
			return got, fmt.Errorf("the arm of %s gave way to %s: %s, %s", v.lane.Title, v.because, got.Outcome, got.Reason)
		case passed || got.Outcome != checkin.Admitted:
			return got, nil
		}
		v.tooLate.admitted++
		if err := pause(ctx, away); err != nil {
			return got, err
		}
	}
	return got, fmt.Errorf("%s was decided too late by %s, %d times in a row", v.because, v.lane.Title, tries)
}

// try lets the person come, push the arm until it gives way or they are refused,
// and leave.
func (v *visit) try(ctx context.Context, demo *venue) (got admission, passed bool, err error) {
	before, err := v.newest(ctx)
	if err != nil {
		return got, false, err
	}
	if v.comes != nil {
		if err := v.lane.walk(*v.comes, approach); err != nil {
			return got, false, err
		}
		defer func() { err = errors.Join(err, v.lane.leave()) }()
	}
	push := func() (err error) {
		if !passed {
			passed, err = v.lane.push()
		}
		return err
	}
	err = demo.until(ctx, tries*patience, v.because+" is decided", func() (bool, error) {
		if v.ticket != "" && !passed {
			if err := v.lane.show(v.ticket, holdUp); err != nil {
				return false, err
			}
		}
		if err := push(); err != nil {
			return false, err
		}
		list, err := v.lane.api.admissions(ctx, v.event, before)
		late := false
		for _, a := range list {
			before = a.Seq
			if a.Gate != v.lane.Gate || (v.ticket == "") != (a.Means == checkin.MeansFace) {
				continue
			}
			if got = a; !slices.Contains(slow, a.Reason) {
				return true, nil
			}
			v.tooLate.denied++
			late = true
		}
		if late {
			err = v.again(ctx, push)
		}
		return false, err
	})
	if err != nil || got.Outcome != checkin.Admitted {
		return got, passed, err
	}
	// The admission is in the books before the arm gives way.
	for limit := time.Now().Add(unlockTime); err == nil && !passed && time.Now().Before(limit); {
		err = errors.Join(pause(ctx, lookEvery), push())
	}
	return got, passed, err
}

// again steps back and comes anew; a release that is on its way is still used.
func (v *visit) again(ctx context.Context, push func() error) error {
	var err error
	if v.comes != nil {
		err = v.lane.leave()
	}
	for limit := time.Now().Add(away); err == nil && time.Now().Before(limit); {
		err = errors.Join(pause(ctx, lookEvery), push())
	}
	if err == nil && v.comes != nil {
		err = v.lane.walk(*v.comes, approach)
	}
	return err
}

// newest is the last admission so far, from which on this visit's is looked
// for.
func (v *visit) newest(ctx context.Context) (seq int64, err error) {
	for {
		list, err := v.lane.api.admissions(ctx, v.event, seq)
		if err != nil || len(list) == 0 {
			return seq, err
		}
		seq = list[len(list)-1].Seq
	}
}

// check says what differs from what must happen.
func (v *visit) check(got admission) error {
	if got.Outcome != v.wants || got.Reason != v.reason || (v.holder != "" && got.Holder != v.holder) {
		return fmt.Errorf("%s at %s: %s, %s, holder %q; must be %s, %s, holder %q",
			v.because, v.lane.Title, got.Outcome, got.Reason, got.Holder, v.wants, v.reason, v.holder)
	}
	return nil
}
