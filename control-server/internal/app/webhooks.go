package app

import (
	"context"

	"github.com/openstile/stile/control-server/internal/api"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/control-server/internal/webhook"
	"github.com/openstile/stile/shared/checkin"
)

var _ api.Webhooks = (*venue)(nil)

// PutWebhook sets where an event's admissions are sent, and makes a new secret.
func (v *venue) PutWebhook(ctx context.Context, id checkin.EventID, address, actor string) (string, error) {
	if err := webhook.CheckAddress("url", address); err != nil {
		return "", err
	}
	secret := webhook.NewSecret()
	err := v.app.Data.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.PutWebhook(store.Webhook{Event: id, URL: address, Secret: secret}); err != nil {
			return err
		}
		return tx.Audit(actor, "webhook.put", string(id))
	})
	if err != nil {
		return "", err
	}
	return secret.Text(), nil
}

// DeleteWebhook removes an event's webhook. At most one message that is on its
// way still arrives.
func (v *venue) DeleteWebhook(ctx context.Context, id checkin.EventID, actor string) error {
	return v.app.Data.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteWebhook(id); err != nil {
			return err
		}
		return tx.Audit(actor, "webhook.delete", string(id))
	})
}

// outbox is the store as the webhooks' sender sees it.
type outbox struct{ *store.DB }

var _ webhook.Outbox = outbox{}

func (o outbox) Due(ctx context.Context) (hooks []webhook.Hook, err error) {
	err = o.DB.View(ctx, func(tx *store.Tx) error {
		due, err := tx.DueWebhooks()
		for _, w := range due {
			hooks = append(hooks, webhook.Hook(w))
		}
		return err
	})
	return hooks, err
}

func (o outbox) Admissions(ctx context.Context, h webhook.Hook, limit int) (page []webhook.Entry, err error) {
	err = o.DB.View(ctx, func(tx *store.Tx) error {
		stored, err := tx.Admissions(h.Event, h.Cursor, limit)
		for _, a := range stored {
			page = append(page, webhook.Entry{Admission: a.Admission, Seq: a.Seq, Happened: a.At.Add(a.ClockOffset)})
		}
		return err
	})
	return page, err
}

func (o outbox) Advance(ctx context.Context, h webhook.Hook, cursor int64) error {
	return o.DB.Update(ctx, func(tx *store.Tx) error { return tx.AdvanceWebhook(store.Webhook(h), cursor) })
}
