package store

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestEnrolmentComesBack(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	refused := enrolment(2)
	refused.Holder, refused.State = "h1", checkin.EnrolmentRefused
	refused.Reasons = []checkin.QualityReason{{Code: "blurred", Hint: "Hold still."}}
	update(t, db, func(tx *Tx) error {
		must(t, tx.PutEnrolment(enrolment(1), []byte("template")))
		return tx.PutEnrolment(refused, nil)
	})
	view(t, db, func(tx *Tx) error {
		active, err := tx.ActiveEnrolment("h1")
		must(t, err)
		if !reflect.DeepEqual(active, enrolment(1)) {
			t.Errorf("active: got %+v", active)
		}
		latest, err := tx.LatestEnrolment("h1")
		if !reflect.DeepEqual(latest, refused) {
			t.Errorf("latest: got %+v", latest)
		}
		return err
	})
}

func TestNoTemplateWithoutConsent(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 2)
	put := func(tx *Tx) error { return tx.PutEnrolment(enrolment(1), []byte("template")) }

	update(t, db, func(tx *Tx) error { return tx.WithdrawConsents("h1", tx.Now()) })
	refuse(t, db, checkin.CodeConflict, "consent: ", put)
	refuse(t, db, checkin.CodeNotFound, `holder "h9"`, func(tx *Tx) error {
		return tx.PutEnrolment(enrolment(9), []byte("template"))
	})
	update(t, db, func(tx *Tx) error { return tx.PutEnrolment(enrolment(2), []byte("template")) })
	refuse(t, db, checkin.CodeConflict, `holder "h2" is enrolled already`, func(tx *Tx) error {
		e := enrolment(2)
		e.ID = "second"
		return tx.PutEnrolment(e, []byte("template"))
	})
	update(t, db, func(tx *Tx) error { return tx.CloseEvent("gala", tx.Now()) })
	refuse(t, db, checkin.CodeConflict, `event "gala" is closed`, put)
}

func TestTemplateOfAnotherStateIsRefused(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	for name, tc := range map[string]struct {
		state  checkin.EnrolmentState
		sealed []byte
	}{
		"refused, with a template":   {checkin.EnrolmentRefused, []byte("template")},
		"active, without a template": {checkin.EnrolmentActive, nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := enrolment(1)
			e.State = tc.state
			refuse(t, db, checkin.CodeInternal, "put enrolment", func(tx *Tx) error { return tx.PutEnrolment(e, tc.sealed) })
		})
	}
}

func TestEndEnrolment(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	end := func(id checkin.EnrolmentID) func(*Tx) error {
		return func(tx *Tx) error { return tx.EndEnrolment(id, checkin.EnrolmentReplaced, tx.Now()) }
	}
	update(t, db, func(tx *Tx) error {
		must(t, tx.PutEnrolment(enrolment(1), []byte("template")))
		return end("e1")(tx)
	})
	view(t, db, func(tx *Tx) error {
		e, err := tx.LatestEnrolment("h1")
		equal(t, "state", e.State, checkin.EnrolmentReplaced)
		equal(t, "ended", e.Ended, start)
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `active enrolment of holder "h1"`, func(tx *Tx) error {
		_, err := tx.ActiveEnrolment("h1")
		return err
	})
	refuse(t, db, checkin.CodeConflict, `enrolment "e1" is replaced already`, end("e1"))
	refuse(t, db, checkin.CodeNotFound, `enrolment "e9" is unknown`, end("e9"))
}

func TestPurgeTemplatesTouchesOneEvent(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 3)
	update(t, db, func(tx *Tx) error {
		must(t, tx.CreateEvent(event("other"), "key-2"))
		_, err := tx.PutHolder(checkin.Holder{ID: "x", Event: "other", PlatformID: "x", Created: start})
		must(t, err)
		must(t, tx.PutConsent("other", "x", consent))
		must(t, tx.PutEnrolment(checkin.Enrolment{ID: "x", Event: "other", Holder: "x", State: checkin.EnrolmentActive, Created: start}, []byte("t")))
		for i := 1; i <= 3; i++ {
			must(t, tx.PutEnrolment(enrolment(i), []byte("t")))
		}
		must(t, tx.EndEnrolment("e1", checkin.EnrolmentWithdrawn, tx.Now()))
		n, err := tx.PurgeTemplates("gala", tx.Now())
		equal(t, "purged", n, 2)
		return err
	})
	view(t, db, func(tx *Tx) error {
		for event, want := range map[checkin.EventID]int{"gala": 0, "other": 1} {
			n, err := tx.TemplatesLeft(event)
			must(t, err)
			equal(t, "templates of "+string(event), n, want)
		}
		e, err := tx.LatestEnrolment("h1")
		equal(t, "withdrawn before", e.State, checkin.EnrolmentWithdrawn)
		must(t, err)
		e, err = tx.LatestEnrolment("h2")
		equal(t, "purged", e.State, checkin.EnrolmentPurged)
		return err
	})
}

func TestEntries(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 3)
	update(t, db, func(tx *Tx) error {
		for i := 1; i <= 3; i++ {
			must(t, tx.PutEnrolment(enrolment(i), fmt.Appendf(nil, "face %d", i)))
		}
		must(t, tx.EndEnrolment("e2", checkin.EnrolmentWithdrawn, tx.Now()))
		return tx.PutCredential("gala", credential(0, "h2"), []byte("hash"), []byte("ticket"))
	})
	var got []string
	view(t, db, func(tx *Tx) error {
		return tx.Entries("gala", func(ref wire.EntryRef, sealed []byte) error {
			got = append(got, fmt.Sprintf("%s/%s=%s", ref.Kind, ref.ID, sealed))
			return nil
		})
	})
	want := []string{"face/e1=face 1", "face/e3=face 3", "ticket/a=ticket"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	failure := errors.New("enough")
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.Entries("gala", func(wire.EntryRef, []byte) error { return failure })
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v, want the function's own error", err)
	}
}
