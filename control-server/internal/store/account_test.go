package store

import (
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

var ada = checkin.Operator{ID: "o1", Name: "Ada", Created: start}

func TestOperators(t *testing.T) {
	db, _ := open(t)
	must(t, db.PutOperator(t.Context(), ada, "hash-1"))
	must(t, db.PutOperator(t.Context(), ada, "hash-2"))
	op, password, err := db.OperatorByName(t.Context(), "ADA")
	must(t, err)
	equal(t, "operator", op, ada)
	equal(t, "password", password, "hash-2")
	refuse(t, db, checkin.CodeConflict, `operator "ada" exists`, func(tx *Tx) error {
		return tx.PutOperator(checkin.Operator{ID: "o2", Name: "ada", Created: start}, "hash")
	})
	refuse(t, db, checkin.CodeNotFound, `operator "Bob"`, func(tx *Tx) error {
		_, _, err := tx.OperatorByName("Bob")
		return err
	})
	view(t, db, func(tx *Tx) error {
		all, err := tx.Operators()
		equal(t, "operators", len(all), 1)
		return err
	})
}

func TestSessionsExpire(t *testing.T) {
	db, clock := open(t)
	must(t, db.PutOperator(t.Context(), ada, "hash"))
	put := func(token string) {
		must(t, db.PutSession(t.Context(), []byte(token), ada.ID, clock.now().Add(time.Hour)))
	}
	session := func(token string) checkin.Code {
		op, err := db.Session(t.Context(), []byte(token))
		if err != nil {
			return checkin.ErrorCode(err)
		}
		equal(t, "operator", op, ada)
		return ""
	}
	put("one")
	put("two")
	equal(t, "alive", session("one"), "")
	must(t, db.DeleteSession(t.Context(), []byte("one")))
	must(t, db.DeleteSession(t.Context(), []byte("one")))
	equal(t, "deleted", session("one"), checkin.CodeNotFound)
	clock.advance(time.Hour)
	equal(t, "expired", session("two"), checkin.CodeNotFound)
	put("three")
	var left int
	must(t, db.reader.QueryRow("SELECT count(*) FROM sessions").Scan(&left))
	equal(t, "sessions kept", left, 1)
	refuse(t, db, checkin.CodeNotFound, `operator "o9"`, func(tx *Tx) error {
		return tx.PutSession([]byte("x"), "o9", tx.Now())
	})
}

func TestKeys(t *testing.T) {
	db, _ := open(t)
	must(t, db.PutKey(t.Context(), "k1", "shop", []byte("hash")))
	name, err := db.KeyByHash(t.Context(), []byte("hash"))
	must(t, err)
	equal(t, "name", name, "shop")
	refuse(t, db, checkin.CodeConflict, `API key "shop" exists`, func(tx *Tx) error { return tx.PutKey("k2", "shop", []byte("other")) })
	refuse(t, db, checkin.CodeNotFound, "API key is unknown", func(tx *Tx) error {
		_, err := tx.KeyByHash([]byte("other"))
		return err
	})
}

func TestLinks(t *testing.T) {
	db, clock := open(t)
	withHolders(t, db, 1)
	link := func(tx *Tx) error {
		event, holder, err := tx.LinkByHash([]byte("hash"))
		if err == nil {
			equal(t, "event", event, "gala")
			equal(t, "holder", holder, "h1")
		}
		return err
	}
	update(t, db, func(tx *Tx) error { return tx.PutLink([]byte("hash"), "gala", "h1", tx.Now().Add(time.Hour)) })
	view(t, db, link)
	clock.advance(time.Hour)
	refuse(t, db, checkin.CodeNotFound, "link is unknown or has expired", link)
	refuse(t, db, checkin.CodeNotFound, `holder "h9"`, func(tx *Tx) error {
		return tx.PutLink([]byte("other"), "gala", "h9", tx.Now())
	})
}

func TestAuditNewestFirst(t *testing.T) {
	db, clock := open(t)
	for _, act := range []string{"event.create", "event.close", "event.purge"} {
		update(t, db, func(tx *Tx) error { return tx.Audit("operator:o1", act, "event:gala") })
		clock.advance(time.Minute)
	}
	view(t, db, func(tx *Tx) error {
		got, err := tx.Audits(2)
		must(t, err)
		equal(t, "entries", len(got), 2)
		equal(t, "newest", got[0], AuditEntry{3, start.Add(2 * time.Minute), "operator:o1", "event.purge", "event:gala"})
		return nil
	})
}
