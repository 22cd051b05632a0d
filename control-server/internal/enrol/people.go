package enrol

import (
	"context"

	"github.com/openstile/stile/control-server/internal/crowd"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// people is everybody who is enrolled for one event, compared with each other.
// While it is not complete, marks and shift stay what the store has.
type people struct {
	*crowd.Crowd
	complete bool
}

// publish makes the change in a transaction, together with what follows from it
// for others, and tells the gates.
func (d *Desk) publish(ctx context.Context, c *change, fn func(*store.Tx) error) error {
	d.order.Lock()
	defer d.order.Unlock()
	c.people = d.people[c.event.ID]
	err := d.db.Update(ctx, func(tx *store.Tx) error {
		c.tx = tx
		if err := fn(tx); err != nil {
			return err
		}
		return c.compare()
	})
	switch {
	case c.trial != nil && err != nil:
		c.trial.Undo()
	case c.trial != nil:
		c.trial.Commit()
	}
	if err != nil {
		return err
	}
	if c.shifted || len(c.put)+len(c.drop) > 0 {
		d.gallery.Change(ctx, c.event.ID, c.put, c.drop)
	}
	return nil
}

// compare brings the people up to date with the change, and marks those anew
// whom it has made a look-alike, or has rid of theirs.
func (c *change) compare() error {
	if c.people == nil || c.joins == "" && len(c.drop) == 0 && !c.settles {
		return nil
	}
	c.people.complete = c.people.complete || c.settles
	c.trial = c.people.Try()
	for _, ref := range c.drop {
		c.trial.Remove(ref.ID)
	}
	if c.joins != "" {
		c.trial.Add(string(c.joins), c.face)
	}
	stored, err := c.tx.Event(c.event.ID)
	if err != nil || !stored.Closed.IsZero() || !c.people.complete || c.key == nil {
		return err
	}
	marks, shift, lookAlikes := c.trial.Marks()
	for id, lookAlike := range marks {
		if err := c.mark(checkin.EnrolmentID(id), lookAlike); err != nil {
			return err
		}
	}
	now := wire.Crowd{Shift: shift, LookAlikes: lookAlikes}
	if c.shifted = now != stored.Crowd; !c.shifted {
		return nil
	}
	return c.tx.SetCrowd(c.event.ID, now)
}

// mark seals a face's entry anew, as that of a look-alike or not.
func (c *change) mark(id checkin.EnrolmentID, lookAlike bool) error {
	sealed, err := c.tx.SealedTemplate(id)
	if err != nil {
		return err
	}
	entry, err := openFace(c.key, c.event.ID, id, sealed)
	if err != nil {
		return err
	}
	defer clear(entry.Template)
	entry.LookAlike = lookAlike
	sealed = sealFace(c.key, c.event.ID, id, entry)
	c.put[faceRef(id)] = sealed
	return c.tx.ReplaceTemplate(id, sealed)
}
