package store

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
)

func due(t *testing.T, db *DB) (hooks []Webhook) {
	t.Helper()
	view(t, db, func(tx *Tx) (err error) {
		hooks, err = tx.DueWebhooks()
		return err
	})
	return hooks
}

func TestWebhookIsDueUntilItsCursorIsAtTheEnd(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	update(t, db, func(tx *Tx) error {
		return tx.PutWebhook(Webhook{Event: "gala", URL: "https://a.example", Secret: []byte("one")})
	})
	equal(t, "due without admissions", len(due(t, db)), 0)

	update(t, db, func(tx *Tx) error {
		_, err := tx.SaveAdmission(admission("a1", checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted))
		return err
	})
	hooks := due(t, db)
	equal(t, "due", len(hooks), 1)
	equal(t, "url", hooks[0].URL, "https://a.example")
	equal(t, "cursor", hooks[0].Cursor, 0)

	update(t, db, func(tx *Tx) error { return tx.AdvanceWebhook(hooks[0], 1) })
	equal(t, "due after the last", len(due(t, db)), 0)
}

func TestWebhookPutAnewKeepsItsCursor(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	old := Webhook{Event: "gala", URL: "https://a.example", Secret: []byte("one")}
	update(t, db, func(tx *Tx) error {
		for _, id := range []string{"a1", "a2"} {
			_, err := tx.SaveAdmission(admission(id, checkin.Denied, checkin.MeansTicket, checkin.ReasonUnknownTicket))
			must(t, err)
		}
		must(t, tx.PutWebhook(old))
		must(t, tx.AdvanceWebhook(old, 1))
		return tx.PutWebhook(Webhook{Event: "gala", URL: "https://b.example", Secret: []byte("two")})
	})
	hooks := due(t, db)
	equal(t, "due", len(hooks), 1)
	equal(t, "url", hooks[0].URL, "https://b.example")
	equal(t, "secret", string(hooks[0].Secret), "two")
	equal(t, "cursor", hooks[0].Cursor, 1)
	refuse(t, db, checkin.CodeConflict, `webhook of event "gala" was changed`, func(tx *Tx) error {
		return tx.AdvanceWebhook(old, 2)
	})
}

func TestWebhookRefusals(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	hook := Webhook{Event: "gala", URL: "https://a.example", Secret: []byte("one")}
	update(t, db, func(tx *Tx) error { return tx.PutWebhook(hook) })
	update(t, db, func(tx *Tx) error { return tx.DeleteWebhook("gala") })
	refuse(t, db, checkin.CodeNotFound, `event "gala" has no webhook`, func(tx *Tx) error { return tx.DeleteWebhook("gala") })
	refuse(t, db, checkin.CodeConflict, `webhook of event "gala" was changed`, func(tx *Tx) error { return tx.AdvanceWebhook(hook, 1) })
	hook.Event = "other"
	refuse(t, db, checkin.CodeNotFound, `event "other" is unknown`, func(tx *Tx) error { return tx.PutWebhook(hook) })
}
