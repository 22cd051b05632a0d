package ingest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

type desk struct {
	t     *testing.T
	db    *store.DB
	books *Books
	fresh []wire.Record
	ids   map[checkin.GateID]*seal.Identity
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, ids: map[checkin.GateID]*seal.Identity{}}
	var err error
	d.db, err = store.Open(filepath.Join(t.TempDir(), "stile.db"), time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, d.db.Close()) })
	d.books = New(d.db, func(r wire.Record, _ *checkin.Receipt) { d.fresh = append(d.fresh, r) })
	for _, gate := range []checkin.GateID{"north", "south"} {
		id, err := seal.NewIdentity()
		must(t, err)
		d.ids[gate] = id
		must(t, d.db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.PutGate(checkin.Gate{ID: gate, Name: string(gate), Created: tx.Now()}); err != nil {
				return err
			}
			if err := tx.PutPairing([]byte(gate), gate, tx.Now().Add(time.Hour)); err != nil {
				return err
			}
			_, err := tx.UsePairing([]byte(gate), id.NKey(), id.XKey())
			return err
		}))
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// receipt is a record of gate with a receipt that signer has signed.
func (d *desk) receipt(gate, signer checkin.GateID, edit func(*checkin.Receipt)) wire.Record {
	d.t.Helper()
	r := checkin.Receipt{ID: "receipt-1", Kind: checkin.ReceiptPurge, Event: "gala", Gate: gate, Count: 3, At: time.Now()}
	edit(&r)
	body := wire.Encode(r)
	signature, err := d.ids[signer].Sign(body)
	must(d.t, err)
	return wire.Record{ID: "record-1", Kind: wire.RecordReceipt, Gate: gate, At: time.Now(),
		Receipt: &wire.SignedReceipt{Body: body, Signature: signature}}
}

func TestEachRecordIsStoredOnce(t *testing.T) {
	d := open(t)
	now := time.Now()
	records := []wire.Record{
		{ID: "r-1", Kind: wire.RecordAdmission, Gate: "north", At: now, Admission: &checkin.Admission{
			ID: "a-1", Event: "gala", Gate: "north", Lane: "l", At: now, Means: checkin.MeansFace, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted}},
		{ID: "r-2", Kind: wire.RecordPassage, Gate: "north", At: now, Passage: &checkin.Passage{
			ID: "p-1", Event: "gala", Gate: "north", Lane: "l", At: now, Outcome: checkin.PassageCompleted}},
		d.receipt("north", "north", func(*checkin.Receipt) {}),
	}
	for range 3 {
		for _, r := range records {
			must(t, d.books.Record(t.Context(), "north", r))
		}
	}
	if len(d.fresh) != len(records) {
		t.Errorf("%d records were new, want %d", len(d.fresh), len(records))
	}
	must(t, d.db.View(t.Context(), func(tx *store.Tx) error {
		counts, err := tx.Counts("gala")
		must(t, err)
		receipts, err := tx.Receipts("gala")
		if counts.AdmittedByFace != 1 || counts.Passages != 1 || len(receipts) != 1 {
			t.Errorf("stored %+v and %d receipts", counts, len(receipts))
		}
		return err
	}))
}

func TestReceiptsThatProveNothing(t *testing.T) {
	d := open(t)
	same := func(*checkin.Receipt) {}
	damaged := d.receipt("north", "north", same)
	damaged.Receipt.Body = append(damaged.Receipt.Body, ' ')
	noReceipt := d.receipt("north", "north", same)
	noReceipt.Receipt.Body = []byte("null")
	noReceipt.Receipt.Signature, _ = d.ids["north"].Sign(noReceipt.Receipt.Body)
	for name, r := range map[string]wire.Record{
		"signed by another gate":    d.receipt("north", "south", same),
		"of another gate":           d.receipt("north", "north", func(r *checkin.Receipt) { r.Gate = "south" }),
		"changed after it was made": damaged,
		"signed nothing":            noReceipt,
		"of an unknown kind":        d.receipt("north", "north", func(r *checkin.Receipt) { r.Kind = "burnt" }),
		"with fewer than none left": d.receipt("north", "north", func(r *checkin.Receipt) { r.Left = -1 }),
		"without an id":             d.receipt("north", "north", func(r *checkin.Receipt) { r.ID = "" }),
		"of an epoch beyond all":    d.receipt("north", "north", func(r *checkin.Receipt) { r.Epoch = 1 << 63 }),
	} {
		if err := d.books.Record(t.Context(), "north", r); checkin.ErrorCode(err) != checkin.CodeInvalid {
			t.Errorf("%s: %v, want it refused for good", name, err)
		}
	}
	if len(d.fresh) > 0 {
		t.Errorf("stored %d", len(d.fresh))
	}
}

func TestAStoreThatFailsHasItComeAgain(t *testing.T) {
	r := wire.Record{ID: "r-1", Kind: wire.RecordAdmission, Gate: "north", Admission: &checkin.Admission{ID: "a-1", Gate: "north"}}
	closed, err := store.Open(filepath.Join(t.TempDir(), "closed.db"), time.Now)
	must(t, err)
	must(t, closed.Close())
	err = New(closed, func(wire.Record, *checkin.Receipt) { t.Error("reported as stored") }).Record(t.Context(), "north", r)
	if err == nil || checkin.ErrorCode(err) == checkin.CodeInvalid {
		t.Errorf("got %v, want an error that has the record sent again", err)
	}
}
