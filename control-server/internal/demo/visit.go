package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// visit is one person's try at one lane.
type visit struct {
	lane    *simLane
	event   checkin.EventID
	comes   *Person // who walks up, or nil
	ticket  string  // what they hold up then, or empty
	wants   checkin.Outcome
	reason  checkin.Reason
	holder  checkin.HolderID // who must be recognised, if anybody
	because string           // for the reader of the script
}

// How long somebody tries, and how long an arm may take to unlock.
const (
	patience   = 8 * time.Second
	unlockTime = 2 * time.Second
	approach   = 0.9 // seconds from the first step to the camera
	holdUp     = 0.7 // seconds a ticket is held up at a time
)

// make plays the visit and returns the admission that it led to.
func (v *visit) make(ctx context.Context, demo *venue) (admission, error) {
	before, err := v.newest(ctx)
	if err != nil {
		return admission{}, err
	}
	if v.comes != nil {
		if err := v.lane.walk(*v.comes, approach); err != nil {
			return admission{}, err
		}
	}
	var got admission
	err = demo.until(ctx, patience, v.because+" is decided", func() (bool, error) {
		if v.ticket != "" {
			if err := v.lane.show(v.ticket, holdUp); err != nil {
				return false, err
			}
		}
		list, err := v.lane.api.admissions(ctx, v.event, before)
		for _, a := range list {
			if a.Gate == v.lane.Gate && (v.ticket == "") == (a.Means == checkin.MeansFace) {
				got = a
				return true, nil
			}
		}
		return false, err
	})
	if err != nil {
		return got, err
	}
	if got.Outcome == checkin.Admitted {
		err = v.goThrough(ctx, demo)
	}
	if v.comes != nil {
		err = errors.Join(err, v.lane.leave())
	}
	return got, err
}

// goThrough pushes the arm as soon as it gives way.
func (v *visit) goThrough(ctx context.Context, demo *venue) error {
	err := demo.until(ctx, unlockTime, "the arm of "+v.lane.Title+" unlocks", v.lane.unlocked)
	if err != nil {
		return err
	}
	turned, err := v.lane.push()
	if err == nil && !turned {
		err = fmt.Errorf("the arm of %s did not turn", v.lane.Title)
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
