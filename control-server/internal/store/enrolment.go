package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

const enrolmentColumns = `id, event, holder, state, reasons, model, quality, created, ended`

func scanEnrolment(s scan) (e checkin.Enrolment, err error) {
	var reasons []byte
	err = s(&e.ID, &e.Event, &e.Holder, &e.State, &reasons, &e.Model, &e.Quality,
		stamped{&e.Created}, stamped{&e.Ended})
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(reasons, &e.Reasons); err != nil {
		return e, fmt.Errorf("reasons of enrolment %q: %w", e.ID, err)
	}
	return e, nil
}

// PutEnrolment stores an enrolment; sealed is its template, and nil for one
// that is not active. An active one is refused, as a conflict, when the event is
// closed, when the holder has no active consent, or when the holder has another
// active enrolment: no caller can forget one of these.
func (tx *Tx) PutEnrolment(e checkin.Enrolment, sealed []byte) error {
	if e.State == checkin.EnrolmentActive {
		if err := tx.mayEnrol(e.Event, e.Holder); err != nil {
			return err
		}
	}
	reasons, err := json.Marshal(e.Reasons)
	if err != nil {
		return fmt.Errorf("put enrolment: %w", err)
	}
	_, err = tx.exec("put enrolment",
		`INSERT INTO enrolments (`+enrolmentColumns+`, sealed) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		e.ID, e.Event, e.Holder, e.State, string(reasons), e.Model, e.Quality,
		stamp(e.Created), stamp(e.Ended), sealed)
	return breach(err, conflict("", "holder %q is enrolled already", e.Holder), notFound("holder", e.Holder))
}

func (tx *Tx) mayEnrol(event checkin.EventID, holder checkin.HolderID) error {
	e, err := tx.Event(event)
	if err != nil {
		return err
	}
	if !e.Closed.IsZero() {
		return conflict("", "event %q is closed", event)
	}
	if _, err := tx.Holder(event, holder); err != nil {
		return err
	}
	_, err = tx.ActiveConsent(holder)
	if checkin.ErrorCode(err) == checkin.CodeNotFound {
		return conflict("consent", "holder %q has given none, or withdrew it", holder)
	}
	return err
}

// ActiveEnrolment returns the enrolment by which the gates know the holder.
func (tx *Tx) ActiveEnrolment(holder checkin.HolderID) (checkin.Enrolment, error) {
	return scanEnrolment(tx.row("read enrolment", notFound("active enrolment of holder", holder),
		`SELECT `+enrolmentColumns+` FROM enrolments WHERE holder = ? AND state = ?`,
		holder, checkin.EnrolmentActive))
}

// ActiveEnrolments returns the ids of an event's active enrolments, the oldest
// first.
func (tx *Tx) ActiveEnrolments(event checkin.EventID) ([]checkin.EnrolmentID, error) {
	read := func(s scan) (id checkin.EnrolmentID, err error) { return id, s(&id) }
	return list(tx, "read active enrolments", read,
		`SELECT id FROM enrolments WHERE event = ? AND state = ? ORDER BY seq`, event, checkin.EnrolmentActive)
}

// LatestEnrolment returns the holder's enrolment that something last happened
// to, in whatever state.
func (tx *Tx) LatestEnrolment(holder checkin.HolderID) (checkin.Enrolment, error) {
	return scanEnrolment(tx.row("read enrolment", notFound("enrolment of holder", holder),
		`SELECT `+enrolmentColumns+` FROM enrolments WHERE holder = ? ORDER BY coalesce(ended, created) DESC, seq DESC LIMIT 1`, holder))
}

// EndEnrolment ends an active enrolment and wipes its template. One that is not
// active is a conflict.
func (tx *Tx) EndEnrolment(id checkin.EnrolmentID, state checkin.EnrolmentState, at time.Time) error {
	n, err := tx.exec("end enrolment",
		`UPDATE enrolments SET state = ?, ended = ?, sealed = NULL WHERE id = ? AND state = ?`,
		state, stamp(at), id, checkin.EnrolmentActive)
	if err != nil || n == 1 {
		return err
	}
	var current checkin.EnrolmentState
	if err := tx.row("read enrolment", notFound("enrolment", id),
		`SELECT state FROM enrolments WHERE id = ?`, id)(&current); err != nil {
		return err
	}
	return conflict("", "enrolment %q is %s already", id, current)
}

// PurgeTemplates ends every active enrolment of an event, wipes the templates,
// and returns how many there were.
func (tx *Tx) PurgeTemplates(event checkin.EventID, at time.Time) (int, error) {
	return tx.exec("purge templates",
		`UPDATE enrolments SET state = ?, ended = ?, sealed = NULL WHERE event = ? AND sealed IS NOT NULL`,
		checkin.EnrolmentPurged, stamp(at), event)
}

// TemplatesLeft counts the templates that the store still holds for an event.
func (tx *Tx) TemplatesLeft(event checkin.EventID) (n int, err error) {
	err = tx.row("count templates", nil,
		`SELECT count(*) FROM enrolments WHERE event = ? AND sealed IS NOT NULL`, event)(&n)
	return n, err
}

// ReplaceTemplate puts another sealing of an active enrolment's template in the
// place of the former one.
func (tx *Tx) ReplaceTemplate(id checkin.EnrolmentID, sealed []byte) error {
	n, err := tx.exec("replace template",
		`UPDATE enrolments SET sealed = ? WHERE id = ? AND sealed IS NOT NULL`, sealed, id)
	if err == nil && n == 0 {
		err = notFound("active enrolment", id)
	}
	return err
}

// SealedTemplate returns the sealed template of an active enrolment.
func (tx *Tx) SealedTemplate(id checkin.EnrolmentID) (sealed []byte, err error) {
	err = tx.row("read template", notFound("active enrolment", id),
		`SELECT sealed FROM enrolments WHERE id = ? AND sealed IS NOT NULL`, id)(&sealed)
	return sealed, err
}
