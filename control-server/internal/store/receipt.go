package store

import (
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// StoredReceipt is a receipt with the bytes that its gate signed.
type StoredReceipt struct {
	checkin.Receipt
	Arrival
	Body      []byte
	Signature []byte
}

const receiptColumns = `id, kind, event, gate, enrolment, epoch, destroyed, remaining, key_id, at,
	body, signature, received, clock_offset, clock_bound`

func scanReceipt(s scan) (r StoredReceipt, err error) {
	err = s(&r.ID, &r.Kind, &r.Event, &r.Gate, &r.Enrolment, &r.Epoch, &r.Count, &r.Left, &r.KeyID,
		stamped{&r.At}, &r.Body, &r.Signature,
		stamped{&r.Received}, micros{&r.ClockOffset}, micros{&r.ClockBound})
	return r, err
}

// SaveReceipt stores r, which the caller has read from the record's body after
// checking its signature. fresh is false when the gate's receipt with that id is
// there already; then nothing changes.
func (tx *Tx) SaveReceipt(rec wire.Record, r checkin.Receipt) (fresh bool, err error) {
	n, err := tx.exec("save receipt",
		`INSERT INTO receipts (`+receiptColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		 ON CONFLICT (gate, id) DO NOTHING`,
		r.ID, r.Kind, r.Event, r.Gate, r.Enrolment, r.Epoch, r.Count, r.Left, r.KeyID, r.At.UnixMicro(),
		rec.Receipt.Body, rec.Receipt.Signature,
		stamp(tx.now), rec.ClockOffset.Microseconds(), rec.ClockBound.Microseconds())
	return n == 1, err
}

// Receipts returns an event's receipts in order of arrival.
func (tx *Tx) Receipts(event checkin.EventID) ([]StoredReceipt, error) {
	return list(tx, "read receipts", scanReceipt,
		`SELECT `+receiptColumns+` FROM receipts WHERE event = ? ORDER BY seq`, event)
}
