package webhook

import (
	"context"

	"github.com/openstile/stile/control-server/internal/store"
)

// outbox is the real store.
type outbox struct{ *store.DB }

func (o outbox) Due(ctx context.Context) (hooks []Hook, err error) {
	err = o.DB.View(ctx, func(tx *store.Tx) error {
		due, err := tx.DueWebhooks()
		for _, w := range due {
			hooks = append(hooks, Hook(w))
		}
		return err
	})
	return hooks, err
}

func (o outbox) Admissions(ctx context.Context, h Hook, limit int) (page []Entry, err error) {
	err = o.DB.View(ctx, func(tx *store.Tx) error {
		stored, err := tx.Admissions(h.Event, h.Cursor, limit)
		for _, a := range stored {
			page = append(page, Entry{Admission: a.Admission, Seq: a.Seq, Happened: a.At.Add(a.ClockOffset)})
		}
		return err
	})
	return page, err
}

func (o outbox) Advance(ctx context.Context, h Hook, cursor int64) error {
	return o.DB.Update(ctx, func(tx *store.Tx) error { return tx.AdvanceWebhook(store.Webhook(h), cursor) })
}
