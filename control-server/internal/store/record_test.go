package store

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// save stores a record and says whether it was fresh.
func save(t *testing.T, db *DB, rec wire.Record) (fresh bool) {
	t.Helper()
	update(t, db, func(tx *Tx) (err error) {
		switch rec.Kind {
		case wire.RecordAdmission:
			fresh, err = tx.SaveAdmission(rec)
		case wire.RecordPassage:
			fresh, err = tx.SavePassage(rec)
		default:
			fresh, err = tx.SaveReceipt(rec, checkin.Receipt{
				ID: rec.ID, Kind: checkin.ReceiptPurge, Event: "gala", Gate: rec.Gate, Epoch: 3, Count: 7, KeyID: "key-1", At: rec.At,
			})
		}
		return err
	})
	return fresh
}

func TestAdmissionComesBack(t *testing.T) {
	db, clock := open(t)
	rec := admission("a1", checkin.Denied, checkin.MeansTicket, checkin.ReasonAlreadyUsed)
	a := rec.Admission
	a.Holder, a.Credential, a.Suspect, a.Offline = "h1", "c1", true, true
	a.ElsewhereGate, a.ElsewhereLane, a.ElsewhereAt = "south", "b", start.Add(-time.Minute)
	clock.advance(time.Hour)

	equal(t, "fresh", save(t, db, rec), true) // its event is unknown, and it is kept
	equal(t, "fresh again", save(t, db, rec), false)
	save(t, db, admission("a2", checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted))
	view(t, db, func(tx *Tx) error {
		all, err := tx.Admissions("gala", 0, 10)
		must(t, err)
		equal(t, "admissions", len(all), 2)
		want := StoredAdmission{
			Admission: *a, Seq: all[0].Seq,
			Arrival: Arrival{start.Add(time.Hour), time.Second, 20 * time.Millisecond},
		}
		if !reflect.DeepEqual(all[0], want) {
			t.Errorf("got %+v, want %+v", all[0], want)
		}
		rest, err := tx.Admissions("gala", all[0].Seq, 10)
		must(t, err)
		equal(t, "rest", len(rest), 1)
		equal(t, "rest", rest[0].ID, "a2")
		page, err := tx.Admissions("gala", 0, 1)
		equal(t, "page", len(page), 1)
		return err
	})
}

// Nobody can shadow another gate's record by sending its id first.
func TestRecordsOfGatesAreApart(t *testing.T) {
	db, _ := open(t)
	rec := admission("a1", checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted)
	save(t, db, rec)
	rec.Gate, rec.Admission.Gate = "south", "south"
	equal(t, "fresh", save(t, db, rec), true)
}

func TestReceiptComesBack(t *testing.T) {
	db, _ := open(t)
	rec := record("r1", start)
	rec.Kind = wire.RecordReceipt
	rec.Receipt = &wire.SignedReceipt{Body: []byte(`{"id":"r1"}`), Signature: []byte("signed")}
	equal(t, "fresh", save(t, db, rec), true)
	equal(t, "fresh again", save(t, db, rec), false)
	view(t, db, func(tx *Tx) error {
		all, err := tx.Receipts("gala")
		must(t, err)
		want := []StoredReceipt{{
			Receipt: checkin.Receipt{ID: "r1", Kind: checkin.ReceiptPurge, Event: "gala", Gate: "north", Epoch: 3, Count: 7, KeyID: "key-1", At: start},
			Arrival: Arrival{start, time.Second, 20 * time.Millisecond},
			Body:    rec.Receipt.Body, Signature: rec.Receipt.Signature,
		}}
		if !reflect.DeepEqual(all, want) {
			t.Errorf("got %+v, want %+v", all, want)
		}
		return nil
	})
}

func TestCounts(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 3)
	update(t, db, func(tx *Tx) error { return tx.PutEnrolment(enrolment(1), []byte("t")) })
	for i, rec := range []wire.Record{
		admission("a", checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted),
		admission("a", checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted),
		admission("a", checkin.Admitted, checkin.MeansTicket, checkin.ReasonGranted),
		admission("a", checkin.Denied, checkin.MeansTicket, checkin.ReasonAlreadyUsed),
		admission("a", checkin.Denied, checkin.MeansFace, checkin.ReasonAlreadyUsed),
		admission("a", checkin.Denied, checkin.MeansFace, checkin.ReasonNoMatch),
		passage("p", checkin.PassageCompleted, true),
		passage("p", checkin.PassageCompleted, true),
		passage("p", checkin.PassageCompleted, false),
		passage("p", checkin.PassageAbandoned, true),
		passage("p", checkin.PassageTailgated, true),
		passage("p", checkin.PassageUnsolicited, true),
	} {
		if rec.Admission != nil {
			rec.Admission.ID = checkin.AdmissionID(fmt.Sprint("a", i))
		} else {
			rec.Passage.ID = checkin.PassageID(fmt.Sprint("p", i))
		}
		save(t, db, rec)
	}
	view(t, db, func(tx *Tx) error {
		got, err := tx.Counts("gala")
		want := checkin.Counts{
			Holders: 3, Enrolled: 1, AdmittedByFace: 2, AdmittedByTicket: 1,
			Denied:   map[checkin.Reason]int{checkin.ReasonAlreadyUsed: 2, checkin.ReasonNoMatch: 1},
			Passages: 3, Unconfirmed: 1, Abandoned: 1, Incidents: 2,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return err
	})
}

func TestReleaseTimesAreSorted(t *testing.T) {
	db, _ := open(t)
	for i, ms := range []int{90, 0, 30, 60} {
		rec := passage(fmt.Sprint("p", i), checkin.PassageCompleted, true)
		rec.Passage.FrameToRelease = time.Duration(ms) * time.Millisecond
		save(t, db, rec)
	}
	view(t, db, func(tx *Tx) error {
		got, err := tx.ReleaseTimes("gala")
		want := []time.Duration{30 * time.Millisecond, 60 * time.Millisecond, 90 * time.Millisecond}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		return err
	})
}

// Delivery is at least once and from many at a time; each record is stored
// once, and readers never wait or see half of it.
func TestConcurrentRecordsAreStoredOnce(t *testing.T) {
	db, _ := open(t)
	const senders, each = 50, 4
	var fresh atomic.Int64
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for s := range senders {
		writers.Go(func() {
			for i := range each {
				id := fmt.Sprintf("r%d", (s/2)*each+i) // two senders send the same
				err := db.Update(t.Context(), func(tx *Tx) error {
					ok, err := tx.SaveAdmission(admission(id, checkin.Admitted, checkin.MeansFace, checkin.ReasonGranted))
					if err != nil {
						return err
					}
					if ok {
						fresh.Add(1)
					}
					_, err = tx.SavePassage(passage(id, checkin.PassageCompleted, true))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 8 {
		readers.Go(func() {
			for {
				err := db.View(t.Context(), func(tx *Tx) error {
					c, err := tx.Counts("gala")
					equal(t, "passages beside admissions", c.Passages, c.AdmittedByFace)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	equal(t, "fresh", fresh.Load(), senders/2*each)
	view(t, db, func(tx *Tx) error {
		c, err := tx.Counts("gala")
		equal(t, "stored", c.AdmittedByFace, senders/2*each)
		return err
	})
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	update(t, db, func(tx *Tx) error {
		must(t, tx.CloseEvent("gala", tx.Now()))
		view(t, db, func(read *Tx) error {
			e, err := read.Event("gala")
			equal(t, "closed, before the commit", e.Closed, time.Time{})
			return err
		})
		return nil
	})
}
