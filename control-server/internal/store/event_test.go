package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func TestEventComesBack(t *testing.T) {
	db, _ := open(t)
	update(t, db, func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key-1") })
	view(t, db, func(tx *Tx) error {
		got, err := tx.Event("gala")
		want := StoredEvent{Event: event("gala"), KeyID: "key-1", Epoch: 1}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return err
	})
	refuse(t, db, checkin.CodeConflict, `event "gala" exists`, func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key-2") })
}

func TestEventsLatestFirst(t *testing.T) {
	db, _ := open(t)
	update(t, db, func(tx *Tx) error {
		for i, id := range []checkin.EventID{"old", "new"} {
			e := event(id)
			e.Doors = e.Doors.Add(time.Duration(i) * time.Minute)
			must(t, tx.CreateEvent(e, "key"))
		}
		all, err := tx.Events()
		must(t, err)
		equal(t, "events", len(all), 2)
		equal(t, "first", all[0].ID, "new")
		return nil
	})
}

func TestEpochRises(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	update(t, db, func(tx *Tx) error {
		epoch, err := tx.NewEpoch("gala")
		equal(t, "epoch", epoch, 2)
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `event "other"`, func(tx *Tx) error {
		_, err := tx.NewEpoch("other")
		return err
	})
}

func TestCloseAndPurgeKeepTheFirstTime(t *testing.T) {
	db, clock := open(t)
	withHolders(t, db, 0)
	refuse(t, db, checkin.CodeConflict, `event "gala" is not closed`, func(tx *Tx) error { return tx.MarkPurged("gala", tx.Now()) })
	for range 2 {
		update(t, db, func(tx *Tx) error { return tx.CloseEvent("gala", tx.Now()) })
		clock.advance(time.Minute)
	}
	for range 2 {
		update(t, db, func(tx *Tx) error { return tx.MarkPurged("gala", tx.Now()) })
		clock.advance(time.Minute)
	}
	view(t, db, func(tx *Tx) error {
		e, err := tx.Event("gala")
		equal(t, "closed", e.Closed, start)
		equal(t, "purged", e.Purged, start.Add(2*time.Minute))
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `event "other"`, func(tx *Tx) error { return tx.CloseEvent("other", tx.Now()) })
}
