package enrol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openstile/stile/control-server/internal/crowd"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
)

const (
	compareRetry  = 10 * time.Second
	progressEvery = 10 * time.Second
)

// Run compares the people of every open event with each other, one event after
// the other: what it knows is in memory only, and gone with a restart. Until an
// event's comparison is complete, the shift and the marks of the former one
// hold, holders come and go as ever, and who is new bears no mark.
func (d *Desk) Run(ctx context.Context) error {
	for {
		if err := d.compareAll(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("comparison of people will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(compareRetry):
		}
	}
}

func (d *Desk) compareAll(ctx context.Context) error {
	var events []store.StoredEvent
	err := d.db.View(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.Events()
		return err
	})
	errs := []error{err}
	for _, e := range events {
		if e.Closed.IsZero() {
			errs = append(errs, d.Compare(ctx, e.ID))
		}
	}
	return errors.Join(errs...)
}

// Compare compares all people of an open event with each other, if that was not
// done yet. From then on every push and withdrawal keeps it up to date.
func (d *Desk) Compare(ctx context.Context, event checkin.EventID) error {
	p, ids, err := d.gather(ctx, event)
	if err != nil || p == nil {
		return err
	}
	if err := d.compare(ctx, event, p, ids); err != nil {
		d.Forget(event)
		return fmt.Errorf("compare people of event %s: %w", event, err)
	}
	return nil
}

// gather begins the comparison, and returns who takes part. It returns nil when
// it has begun already.
func (d *Desk) gather(ctx context.Context, event checkin.EventID) (p *people, ids []checkin.EnrolmentID, err error) {
	d.order.Lock()
	defer d.order.Unlock()
	if d.people[event] != nil {
		return nil, nil, nil
	}
	err = d.db.View(ctx, func(tx *store.Tx) error {
		if _, err := openEvent(tx, event); err != nil {
			return err
		}
		ids, err = tx.ActiveEnrolments(event)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	p = &people{Crowd: crowd.New(d.faces.models.Dimension(), d.faces.models.Calibration())}
	d.people[event] = p
	return p, ids, nil
}

func (d *Desk) compare(ctx context.Context, event checkin.EventID, p *people, ids []checkin.EnrolmentID) error {
	key, err := d.keys.Load(event)
	if err != nil {
		return err
	}
	defer key.Wipe()
	begun, told := time.Now(), time.Now()
	for i, id := range ids {
		if err := d.join(ctx, event, p, key, id); err != nil {
			return err
		}
		if time.Since(told) > progressEvery {
			told = time.Now()
			d.log.Info("comparing people", "event", event, "done", i+1, "of", len(ids))
		}
	}
	c := d.change(checkin.Event{ID: event}, key, "")
	c.settles = true
	err = d.publish(ctx, c, func(*store.Tx) error { return nil })
	if err == nil && len(ids) > 0 {
		d.log.Info("people compared", "event", event, "templates", len(ids), "took", time.Since(begun).Round(time.Millisecond))
	}
	return err
}

// join adds one template. Those that a push has added, or that have gone
// meanwhile, are passed over; so is one of another model, which no gate takes.
func (d *Desk) join(ctx context.Context, event checkin.EventID, p *people, key *seal.EventKey, id checkin.EnrolmentID) error {
	d.order.Lock()
	defer d.order.Unlock()
	if d.people[event] != p || p.Has(string(id)) {
		return nil
	}
	var sealed []byte
	err := d.db.View(ctx, func(tx *store.Tx) (err error) {
		sealed, err = tx.SealedTemplate(id)
		return err
	})
	if checkin.ErrorCode(err) == checkin.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	entry, err := openFace(key, event, id, sealed)
	if err != nil {
		return err
	}
	defer clear(entry.Template)
	if entry.Model != d.faces.models.ModelID() {
		return nil
	}
	v, err := face.Decode(entry.Template, d.faces.models.Dimension())
	if err != nil {
		return err
	}
	defer face.Wipe(v)
	p.Add(string(id), v, entry.LookAlike)
	return nil
}

// Forget wipes what is known of an event's people.
func (d *Desk) Forget(event checkin.EventID) {
	d.order.Lock()
	defer d.order.Unlock()
	if p := d.people[event]; p != nil {
		p.Wipe()
		delete(d.people, event)
	}
}

// Close wipes what is known of anybody.
func (d *Desk) Close() {
	d.order.Lock()
	defer d.order.Unlock()
	for _, p := range d.people {
		p.Wipe()
	}
	clear(d.people)
}
