package store

import (
	"fmt"

	"github.com/openstile/stile/shared/checkin"
)

// Webhook is where an event's admissions are sent.
type Webhook struct {
	Event checkin.EventID
	URL   string
	// Secret signs what is sent. It is stored in clear, because signing needs
	// it, and is new with every PutWebhook.
	Secret []byte
	// Cursor is the Seq of the last admission that was taken; 0 is none.
	Cursor int64
}

// PutWebhook sets an event's webhook. One that is there gets the new address and
// secret and goes on from where it stands; a new one begins with the event's
// first admission, whatever its Cursor says.
func (tx *Tx) PutWebhook(w Webhook) error {
	_, err := tx.exec("put webhook",
		`INSERT INTO webhooks (event, url, secret, created) VALUES (?,?,?,?)
		 ON CONFLICT (event) DO UPDATE SET url = excluded.url, secret = excluded.secret, created = excluded.created`,
		w.Event, w.URL, w.Secret, stamp(tx.now))
	return breach(err, nil, notFound("event", w.Event))
}

// DeleteWebhook removes an event's webhook, and its secret with it.
func (tx *Tx) DeleteWebhook(event checkin.EventID) error {
	n, err := tx.exec("delete webhook", `DELETE FROM webhooks WHERE event = ?`, event)
	if err == nil && n == 0 {
		err = checkin.Errorf(checkin.CodeNotFound, "event %q has no webhook", event)
	}
	return err
}

// DueWebhooks returns the webhooks that have admissions left to send.
func (tx *Tx) DueWebhooks() ([]Webhook, error) {
	return list(tx, "read due webhooks", func(s scan) (w Webhook, err error) {
		err = s(&w.Event, &w.URL, &w.Secret, &w.Cursor)
		return w, err
	}, `SELECT event, url, secret, cursor FROM webhooks w
		WHERE EXISTS (SELECT 1 FROM admissions a WHERE a.event = w.event AND a.seq > w.cursor)
		ORDER BY event`)
}

// AdvanceWebhook moves w's cursor to an admission that was taken. It is a
// conflict when w was removed or put anew since it was read: then what was sent
// counts for nothing.
func (tx *Tx) AdvanceWebhook(w Webhook, cursor int64) error {
	n, err := tx.exec("advance webhook",
		`UPDATE webhooks SET cursor = ? WHERE event = ? AND secret = ?`, cursor, w.Event, w.Secret)
	if err == nil && n == 0 {
		err = fmt.Errorf("advance webhook: %w", conflict("", "the webhook of event %q was changed", w.Event))
	}
	return err
}
