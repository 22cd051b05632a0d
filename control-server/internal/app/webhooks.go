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
