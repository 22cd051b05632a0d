package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// DeliverKey records that a gate was given an event's key, and so may hold its
// templates until it signs otherwise.
func (tx *Tx) DeliverKey(event checkin.EventID, gate checkin.GateID) error {
	_, err := tx.exec("record key delivery",
		`INSERT INTO key_deliveries (event, gate, first, last) VALUES (?1,?2,?3,?3)
		 ON CONFLICT (event, gate) DO UPDATE SET last = excluded.last`,
		event, gate, stamp(tx.now))
	return breach(err, nil, notFound("event", event))
}

// Deliveries returns the gates that were given an event's key, by id.
func (tx *Tx) Deliveries(event checkin.EventID) ([]checkin.GateID, error) {
	return list(tx, "read key deliveries", func(s scan) (id checkin.GateID, err error) {
		err = s(&id)
		return id, err
	}, `SELECT gate FROM key_deliveries WHERE event = ? ORDER BY gate`, event)
}

// DeliveriesBefore returns the gates that had been given an event's key by then.
func (tx *Tx) DeliveriesBefore(event checkin.EventID, then time.Time) ([]checkin.GateID, error) {
	return list(tx, "read key deliveries", func(s scan) (id checkin.GateID, err error) {
		err = s(&id)
		return id, err
	}, `SELECT gate FROM key_deliveries WHERE event = ? AND first <= ? ORDER BY gate`, event, stamp(then))
}

// PurgeWanted returns the closed events whose key the gate was given and whose
// purge it has not signed for since it was last given the key.
func (tx *Tx) PurgeWanted(gate checkin.GateID) ([]checkin.EventID, error) {
	return list(tx, "read purges wanted", func(s scan) (id checkin.EventID, err error) {
		err = s(&id)
		return id, err
	}, `SELECT d.event FROM key_deliveries d JOIN events e ON e.id = d.event
		WHERE d.gate = ?1 AND e.closed IS NOT NULL AND NOT EXISTS
		  (SELECT 1 FROM receipts r WHERE r.event = d.event AND r.gate = ?1 AND r.kind = ?2
		     AND r.received >= d.last)
		ORDER BY d.event`, gate, checkin.ReceiptPurge)
}
