package store

import (
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestDeliveries(t *testing.T) {
	db, clock := open(t)
	update(t, db, func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key") })
	putGate(t, db, "north")
	putGate(t, db, "south")
	deliver := func(gate checkin.GateID) {
		update(t, db, func(tx *Tx) error { return tx.DeliverKey("gala", gate) })
		clock.advance(time.Minute)
	}
	wanted := func(want int, when string) {
		t.Helper()
		view(t, db, func(tx *Tx) error {
			events, err := tx.PurgeWanted("north")
			equal(t, when, len(events), want)
			return err
		})
	}
	sign := func(id string) {
		r := checkin.Receipt{ID: id, Kind: checkin.ReceiptPurge, Event: "gala", Gate: "north", At: clock.now()}
		update(t, db, func(tx *Tx) error {
			_, err := tx.SaveReceipt(wire.Record{ID: id, Receipt: &wire.SignedReceipt{Body: []byte("{}"), Signature: []byte("s")}}, r)
			return err
		})
		clock.advance(time.Minute)
	}

	deliver("north")
	then := clock.now()
	clock.advance(time.Minute)
	deliver("south")
	view(t, db, func(tx *Tx) error {
		all, err := tx.Deliveries("gala")
		equal(t, "gates with the key", len(all), 2)
		if err != nil {
			return err
		}
		early, err := tx.DeliveriesBefore("gala", then)
		equal(t, "gates that had it then", len(early), 1)
		return err
	})

	wanted(0, "while the event is open")
	sign("r1") // on leaving the event
	deliver("north")
	update(t, db, func(tx *Tx) error { return tx.CloseEvent("gala", tx.Now()) })
	wanted(1, "when it has had the key again")
	sign("r2")
	wanted(0, "when it has signed since")
}
