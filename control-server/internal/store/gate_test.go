package store

import (
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func putGate(t *testing.T, db *DB, id checkin.GateID) {
	t.Helper()
	update(t, db, func(tx *Tx) error {
		return tx.PutGate(checkin.Gate{ID: id, Name: "Gate " + string(id), Created: start})
	})
}

func gateOf(t *testing.T, db *DB, id checkin.GateID) (g checkin.Gate) {
	t.Helper()
	view(t, db, func(tx *Tx) (err error) {
		g, err = tx.Gate(id)
		return err
	})
	return g
}

func TestPutGateRenamesOnly(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	putGate(t, db, "north")
	update(t, db, func(tx *Tx) error {
		must(t, tx.AssignGate("north", "gala"))
		return tx.PutGate(checkin.Gate{ID: "north", Name: "Northern", Created: start.Add(time.Hour)})
	})
	equal(t, "gate", gateOf(t, db, "north"), checkin.Gate{ID: "north", Name: "Northern", Event: "gala", Created: start})
	update(t, db, func(tx *Tx) error { return tx.AssignGate("north", "") })
	equal(t, "event", gateOf(t, db, "north").Event, "")
	refuse(t, db, checkin.CodeNotFound, `event "other" is unknown`, func(tx *Tx) error { return tx.AssignGate("north", "other") })
	refuse(t, db, checkin.CodeNotFound, `gate "south" is unknown`, func(tx *Tx) error { return tx.AssignGate("south", "gala") })
}

func TestPairingCodeWorksOnce(t *testing.T) {
	db, clock := open(t)
	putGate(t, db, "north")
	putGate(t, db, "south")
	put := func(code string, gate checkin.GateID) {
		update(t, db, func(tx *Tx) error { return tx.PutPairing([]byte(code), gate, tx.Now().Add(time.Minute)) })
	}
	use := func(code, nkey string) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := tx.UsePairing([]byte(code), nkey, "X")
			return err
		}
	}

	put("superseded", "north")
	put("code", "north")
	refuse(t, db, checkin.CodeForbidden, "pairing code", use("superseded", "U1"))
	update(t, db, use("code", "U1"))
	equal(t, "gate", gateOf(t, db, "north"),
		checkin.Gate{ID: "north", Name: "Gate north", NKey: "U1", XKey: "X", Created: start, Paired: start})
	refuse(t, db, checkin.CodeForbidden, "pairing code", use("code", "U2"))
	refuse(t, db, checkin.CodeForbidden, "pairing code", use("unknown", "U2"))

	put("stolen key", "south")
	refuse(t, db, checkin.CodeConflict, "nkey: belongs to another gate", use("stolen key", "U1"))
	update(t, db, use("stolen key", "U2")) // the refusal did not use it up

	put("late", "south")
	clock.advance(time.Minute)
	refuse(t, db, checkin.CodeForbidden, "pairing code", use("late", "U3"))
	refuse(t, db, checkin.CodeNotFound, `gate "west"`, func(tx *Tx) error { return tx.PutPairing([]byte("x"), "west", tx.Now()) })
}

func TestRevokedGateCanBePairedAgain(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 0)
	putGate(t, db, "north")
	pair := func(tx *Tx) error {
		_, err := tx.UsePairing([]byte("code"), "U1", "X")
		return err
	}
	put := func(tx *Tx) error { return tx.PutPairing([]byte("code"), "north", tx.Now().Add(time.Minute)) }

	update(t, db, put)
	update(t, db, func(tx *Tx) error {
		must(t, tx.AssignGate("north", "gala"))
		return tx.RevokeGate("north")
	})
	g := gateOf(t, db, "north")
	equal(t, "revoked", g.Revoked, start)
	equal(t, "event", g.Event, "")
	refuse(t, db, checkin.CodeForbidden, "pairing code", pair)
	update(t, db, put)
	update(t, db, pair)
	equal(t, "revoked", gateOf(t, db, "north").Revoked, time.Time{})
	refuse(t, db, checkin.CodeNotFound, `gate "south"`, func(tx *Tx) error { return tx.RevokeGate("south") })
}
