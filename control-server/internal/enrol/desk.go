package enrol

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Keys gives an event's key. The caller wipes it.
type Keys interface {
	Load(event checkin.EventID) (*seal.EventKey, error)
}

// Gallery hears what has changed, after it was committed.
type Gallery interface {
	Change(ctx context.Context, event checkin.EventID, put map[wire.EntryRef][]byte, drop []wire.EntryRef)
}

// Desk is where holders are taken in and let go.
type Desk struct {
	db      *store.DB
	keys    Keys
	gallery Gallery
	faces   *Faces
	log     *slog.Logger

	// order is held from a commit until the gallery has heard of it: a template
	// that was withdrawn must not be published after its tombstone.
	order  sync.Mutex
	people map[checkin.EventID]*people
}

// New makes a Desk.
func New(db *store.DB, keys Keys, gallery Gallery, faces *Faces, log *slog.Logger) *Desk {
	return &Desk{db: db, keys: keys, gallery: gallery, faces: faces, log: log, people: map[checkin.EventID]*people{}}
}

// Push takes in what a platform sent. It is idempotent by the platform's id:
// the same push again changes nothing. Either all of it is stored or nothing.
// created reports whether the holder is new.
func (d *Desk) Push(ctx context.Context, event checkin.EventID, p checkin.Push, actor string) (status checkin.HolderStatus, created bool, err error) {
	e, now, err := d.event(ctx, event)
	if err != nil {
		return status, false, err
	}
	if err := p.Validate(e.Event, now); err != nil {
		return status, false, err
	}
	key, err := d.keys.Load(event)
	if err != nil {
		return status, false, fmt.Errorf("push: %w", err)
	}
	defer key.Wipe()

	var sample *made
	if len(p.Photo) > 0 {
		m, err := d.faces.of(ctx, p.Photo)
		if err != nil {
			return status, false, err
		}
		defer face.Wipe(m.template)
		sample = &m
	}

	c := d.change(e.Event, key, actor)
	err = d.commit(ctx, c, func(tx *store.Tx) (err error) {
		if _, err := openEvent(tx, event); err != nil {
			return err // it was closed while the photo was looked at
		}
		created, err = c.holderFor(p.PlatformID)
		if err != nil {
			return err
		}
		if err := c.tickets(p.Tickets); err != nil {
			return err
		}
		if err := c.consent(p.Consent); err != nil {
			return err
		}
		if err := c.enrolment(sample); err != nil {
			return err
		}
		status, err = statusOf(tx, c.holder)
		return err
	})
	if err != nil {
		return checkin.HolderStatus{}, false, err
	}
	return status, created, nil
}

// Withdraw takes a holder's face back: consents end, the template is wiped, and
// every gate is told. The tickets stay. Withdrawing twice is no error.
func (d *Desk) Withdraw(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (status checkin.HolderStatus, err error) {
	key, err := d.keys.Load(event)
	switch {
	case err == nil:
		defer key.Wipe()
	case !errors.Is(err, seal.ErrKeyDestroyed): // then it is closed, and nobody bears a mark
		return status, fmt.Errorf("withdraw: %w", err)
	}
	c := d.change(checkin.Event{ID: event}, key, actor)
	err = d.commit(ctx, c, func(tx *store.Tx) error {
		holder, err := tx.Holder(event, id)
		if err != nil {
			return err
		}
		if err := tx.WithdrawConsents(id, tx.Now()); err != nil {
			return err
		}
		active, err := tx.ActiveEnrolment(id)
		switch {
		case checkin.ErrorCode(err) == checkin.CodeNotFound:
		case err != nil:
			return err
		default:
			if err := tx.EndEnrolment(active.ID, checkin.EnrolmentWithdrawn, tx.Now()); err != nil {
				return err
			}
			if err := tx.Audit(actor, "enrolment.withdraw", string(active.ID)); err != nil {
				return err
			}
			c.drop = append(c.drop, faceRef(active.ID))
		}
		status, err = statusOf(tx, holder)
		return err
	})
	if err != nil {
		return checkin.HolderStatus{}, err
	}
	return status, nil
}

func (d *Desk) change(event checkin.Event, key *seal.EventKey, actor string) *change {
	return &change{event: event, key: key, model: d.faces.models.ModelID(), dim: d.faces.models.Dimension(),
		actor: actor, put: map[wire.EntryRef][]byte{}}
}

// commit makes the change in a transaction, tells the gates, and then empties
// the write-ahead log if it still holds a template that was wiped. Should
// readers keep it from that now, the next checkpoint does it.
func (d *Desk) commit(ctx context.Context, c *change, fn func(*store.Tx) error) error {
	if err := d.publish(ctx, c, fn); err != nil || len(c.drop) == 0 {
		return err
	}
	if err := d.db.Checkpoint(ctx); err != nil {
		d.log.Warn("a wiped template stays in the write-ahead log for now", "event", c.event.ID, "err", err)
	}
	return nil
}

// Status returns what is known of a holder.
func (d *Desk) Status(ctx context.Context, event checkin.EventID, id checkin.HolderID) (status checkin.HolderStatus, err error) {
	err = d.db.View(ctx, func(tx *store.Tx) error {
		holder, err := tx.Holder(event, id)
		if err != nil {
			return err
		}
		status, err = statusOf(tx, holder)
		return err
	})
	return status, err
}

// event returns an event that takes holders, and the time.
func (d *Desk) event(ctx context.Context, id checkin.EventID) (e store.StoredEvent, now time.Time, err error) {
	err = d.db.View(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		e, err = openEvent(tx, id)
		return err
	})
	return e, now, err
}

func openEvent(tx *store.Tx, id checkin.EventID) (store.StoredEvent, error) {
	e, err := tx.Event(id)
	if err == nil && !e.Closed.IsZero() {
		err = checkin.Errorf(checkin.CodeConflict, "event %q is closed", id)
	}
	return e, err
}
