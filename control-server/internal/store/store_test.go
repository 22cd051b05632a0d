package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

var start = time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)

// clock is a test's time, which only moves when told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t *testing.T) (*DB, *clock) {
	t.Helper()
	c := &clock{t: start}
	db, err := Open(filepath.Join(t.TempDir(), "stile.db"), c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, c
}

// update runs a transaction that must succeed.
func update(t *testing.T, db *DB, fn func(*Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// view runs a transaction that must succeed.
func view(t *testing.T, db *DB, fn func(*Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// refuse runs a transaction that must fail with that code and message.
func refuse(t *testing.T, db *DB, code checkin.Code, message string, fn func(*Tx) error) {
	t.Helper()
	err := db.Update(t.Context(), fn)
	if err == nil || checkin.ErrorCode(err) != code || !strings.Contains(err.Error(), message) {
		t.Errorf("got %v (%s), want %s: …%s…", err, checkin.ErrorCode(err), code, message)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func event(id checkin.EventID) checkin.Event {
	return checkin.Event{
		ID: id, Name: "Concert", Doors: start, Starts: start.Add(time.Hour), Ends: start.Add(4 * time.Hour),
		Policy: checkin.DefaultPolicy,
	}
}

func holder(n int) checkin.Holder {
	return checkin.Holder{
		ID:    checkin.HolderID(fmt.Sprintf("h%d", n)),
		Event: "gala", PlatformID: fmt.Sprintf("order-%d", n), Created: start,
	}
}

var consent = checkin.Consent{
	TextVersion: "1", TextHash: strings.Repeat("a", 64), Language: "en", Channel: "portal", Given: start,
}

func enrolment(n int) checkin.Enrolment {
	return checkin.Enrolment{
		ID:    checkin.EnrolmentID(fmt.Sprintf("e%d", n)),
		Event: "gala", Holder: holder(n).ID, State: checkin.EnrolmentActive, Model: "m1", Quality: 0.75, Created: start,
	}
}

// withHolders makes event "gala" and n holders who have consented.
func withHolders(t *testing.T, db *DB, n int) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		must(t, tx.CreateEvent(event("gala"), "key-1"))
		for i := 1; i <= n; i++ {
			_, err := tx.PutHolder(holder(i))
			must(t, err)
			must(t, tx.PutConsent("gala", holder(i).ID, consent))
		}
		return nil
	})
}

func record(id string, at time.Time) wire.Record {
	return wire.Record{ID: id, Gate: "north", At: at, ClockOffset: time.Second, ClockBound: 20 * time.Millisecond}
}

func admission(id string, outcome checkin.Outcome, means checkin.Means, reason checkin.Reason) wire.Record {
	rec := record(id, start)
	rec.Kind = wire.RecordAdmission
	rec.Admission = &checkin.Admission{
		ID: checkin.AdmissionID(id), Event: "gala", Gate: "north", Lane: "a",
		At: start, Means: means, Outcome: outcome, Reason: reason,
	}
	return rec
}

func passage(id string, outcome checkin.PassageOutcome, confirmed bool) wire.Record {
	rec := record(id, start)
	rec.Kind = wire.RecordPassage
	rec.Passage = &checkin.Passage{
		ID: checkin.PassageID(id), Admission: "of-" + checkin.AdmissionID(id), Event: "gala", Gate: "north", Lane: "a",
		At: start, Outcome: outcome, Confirmed: confirmed,
	}
	return rec
}
