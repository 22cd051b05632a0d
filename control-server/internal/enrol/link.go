package enrol

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
)

// NewLink makes a personal link to the portal for a holder. It works until the
// event ends: the holder must be able to withdraw to the last minute. Only its
// hash is stored.
func (d *Desk) NewLink(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (token string, expires time.Time, err error) {
	e, _, err := d.event(ctx, event)
	if err != nil {
		return "", expires, err
	}
	token = rand.Text()
	hash := sha256.Sum256([]byte(token))
	err = d.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Holder(event, id); err != nil {
			return err
		}
		if err := tx.PutLink(hash[:], event, id, e.Ends); err != nil {
			return err
		}
		return tx.Audit(actor, "holder.link", string(id))
	})
	return token, e.Ends, err
}

// Link returns whom a link belongs to.
func (d *Desk) Link(ctx context.Context, token string) (e checkin.Event, status checkin.HolderStatus, err error) {
	hash := sha256.Sum256([]byte(token))
	err = d.db.View(ctx, func(tx *store.Tx) error {
		event, id, err := tx.LinkByHash(hash[:])
		if err != nil {
			return err
		}
		stored, err := tx.Event(event)
		if err != nil {
			return err
		}
		holder, err := tx.Holder(event, id)
		if err != nil {
			return err
		}
		e = stored.Event
		status, err = statusOf(tx, holder)
		return err
	})
	return e, status, err
}
