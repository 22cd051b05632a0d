package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// StoredEvent is an event with what only the server knows of it.
type StoredEvent struct {
	checkin.Event
	// KeyID names the event key; the key itself is never in the database.
	KeyID string
	// Epoch rises when the gallery stream is filled anew.
	Epoch uint64
	Crowd wire.Crowd
	// Purged is when the purge was complete; zero before. An event that is
	// closed but not purged is being purged.
	Purged time.Time
}

const eventColumns = `id, name, doors, starts, ends, match, liveness, offline, fpir, key_id, epoch, shift, look_alikes, closed, purged`

func scanEvent(s scan) (e StoredEvent, err error) {
	err = s(&e.ID, &e.Name, stamped{&e.Doors}, stamped{&e.Starts}, stamped{&e.Ends},
		&e.Policy.Match, &e.Policy.Liveness, &e.Policy.Offline, &e.Policy.FPIR,
		&e.KeyID, &e.Epoch, &e.Crowd.Shift, &e.Crowd.LookAlikes, stamped{&e.Closed}, stamped{&e.Purged})
	return e, err
}

// CreateEvent stores a new event, open and in its first epoch. An id that is
// taken is a conflict.
func (tx *Tx) CreateEvent(e checkin.Event, keyID string) error {
	_, err := tx.exec("create event",
		`INSERT INTO events (id, name, doors, starts, ends, match, liveness, offline, fpir, key_id) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		e.ID, e.Name, stamp(e.Doors), stamp(e.Starts), stamp(e.Ends),
		e.Policy.Match, e.Policy.Liveness, e.Policy.Offline, e.Policy.FPIR, keyID)
	return breach(err, conflict("id", "event %q exists", e.ID), nil)
}

// Event returns one event.
func (tx *Tx) Event(id checkin.EventID) (StoredEvent, error) {
	return scanEvent(tx.row("read event", notFound("event", id),
		`SELECT `+eventColumns+` FROM events WHERE id = ?`, id))
}

// Events returns every event, the latest doors first.
func (tx *Tx) Events() ([]StoredEvent, error) {
	return list(tx, "read events", scanEvent,
		`SELECT `+eventColumns+` FROM events ORDER BY doors DESC, id`)
}

// SetCrowd records how alike the people of an event are.
func (tx *Tx) SetCrowd(id checkin.EventID, c wire.Crowd) error {
	return tx.changeEvent("record the crowd of event", id,
		`UPDATE events SET shift = ?, look_alikes = ? WHERE id = ?`, c.Shift, c.LookAlikes, id)
}

// CloseEvent closes an event: from now on it takes no template. Closing it
// again keeps the first time.
func (tx *Tx) CloseEvent(id checkin.EventID, at time.Time) error {
	return tx.changeEvent("close event", id,
		`UPDATE events SET closed = coalesce(closed, ?) WHERE id = ?`, stamp(at), id)
}

// MarkPurged records that a closed event's purge is complete. Marking it again
// keeps the first time.
func (tx *Tx) MarkPurged(id checkin.EventID, at time.Time) error {
	e, err := tx.Event(id)
	if err != nil {
		return err
	}
	if e.Closed.IsZero() {
		return conflict("", "event %q is not closed", id)
	}
	return tx.changeEvent("mark event as purged", id,
		`UPDATE events SET purged = coalesce(purged, ?) WHERE id = ?`, stamp(at), id)
}

// NewEpoch begins the next epoch of the gallery and returns it.
func (tx *Tx) NewEpoch(id checkin.EventID) (epoch uint64, err error) {
	err = tx.row("begin gallery epoch", notFound("event", id),
		`UPDATE events SET epoch = epoch + 1 WHERE id = ? RETURNING epoch`, id)(&epoch)
	return epoch, err
}

func (tx *Tx) changeEvent(doing string, id checkin.EventID, query string, args ...any) error {
	n, err := tx.exec(doing, query, args...)
	if err == nil && n == 0 {
		err = notFound("event", id)
	}
	return err
}
