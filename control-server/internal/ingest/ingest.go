package ingest

import (
	"context"
	"fmt"
	"math"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Books stores records. New makes one.
type Books struct {
	db    *store.DB
	fresh func(wire.Record, *checkin.Receipt)
}

// New makes Books. fresh is called after a record was stored that was not known
// before, with its receipt when it is one.
func New(db *store.DB, fresh func(wire.Record, *checkin.Receipt)) *Books {
	return &Books{db: db, fresh: fresh}
}

// Record stores one record from gate. A record that is already there is not an
// error. CodeInvalid means that it can never be stored; any other error means
// that it should come again.
func (b *Books) Record(ctx context.Context, gate checkin.GateID, r wire.Record) error {
	var (
		fresh   bool
		receipt *checkin.Receipt
	)
	err := b.db.Update(ctx, func(tx *store.Tx) (err error) {
		switch r.Kind {
		case wire.RecordAdmission:
			fresh, err = tx.SaveAdmission(r)
		case wire.RecordPassage:
			fresh, err = tx.SavePassage(r)
		case wire.RecordReceipt:
			if receipt, err = signed(tx, gate, *r.Receipt); err == nil {
				fresh, err = tx.SaveReceipt(r, *receipt)
			}
		default:
			err = checkin.Invalid("kind", "%q is unknown", string(r.Kind))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("store record %s: %w", r.ID, err)
	}
	if fresh {
		b.fresh(r, receipt)
	}
	return nil
}

// signed opens a receipt and checks that the gate it speaks for has signed it.
func signed(tx *store.Tx, from checkin.GateID, s wire.SignedReceipt) (*checkin.Receipt, error) {
	gate, err := tx.Gate(from)
	if err != nil {
		return nil, err
	}
	if err := seal.Verify(gate.NKey, s.Body, s.Signature); err != nil {
		return nil, checkin.Invalid("receipt.signature", "%v", err)
	}
	r, err := wire.Decode[checkin.Receipt](s.Body)
	if err != nil {
		return nil, checkin.Invalid("receipt.body", "%v", err)
	}
	if r.Gate != from {
		return nil, checkin.Invalid("receipt.gate", "%q signed a receipt of gate %q", from, r.Gate)
	}
	switch {
	case r.Kind != checkin.ReceiptPurge && r.Kind != checkin.ReceiptWithdrawal:
		return nil, checkin.Invalid("receipt.kind", "%q is unknown", string(r.Kind))
	case r.Count < 0 || r.Left < 0:
		return nil, checkin.Invalid("receipt.left", "%d destroyed and %d left cannot be", r.Count, r.Left)
	case r.Epoch > math.MaxInt64:
		return nil, checkin.Invalid("receipt.epoch", "%d is not an epoch", r.Epoch)
	}
	return &r, checkin.CheckID("receipt.id", r.ID)
}
