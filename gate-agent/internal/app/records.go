package app

import (
	"context"
	"errors"
	"time"

	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/journal"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// A journal that takes longer than this to take a record is broken.
const recordTimeout = 5 * time.Second

// followed passes the gallery stream on and shows when the gallery is wrong.
type followed struct{ app *App }

func (f followed) Current(epoch, version uint64) bool { return f.app.gallery.Current(epoch, version) }

func (f followed) Resume(epoch uint64) uint64 { return f.app.gallery.Resume(epoch) }

func (f followed) Apply(seq uint64, ref wire.EntryRef, sealed []byte) error {
	return f.app.gallery.Apply(seq, ref, sealed)
}

func (f followed) Manifest(seq uint64, sealed []byte) error {
	err := f.app.gallery.Manifest(seq, sealed)
	if err != nil {
		f.app.health.Gate().Raise(health.GalleryWrong, "The gallery differs from the server's; faces are off until it has been fetched anew.")
		return err
	}
	f.app.health.Gate().Clear(health.GalleryWrong)
	return nil
}

// record puts a record into the journal and wakes the uplink. A journal that
// cannot be written is a condition, until it can. It does not end with ctx:
// whether a record was written must never be left open at a stop.
func (a *App) record(ctx context.Context, r wire.Record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if r.ID == "" {
		r.ID = wire.NewID[string]()
	}
	r.Gate, r.At = a.pairing.Gate, time.Now().UTC()
	r.ClockOffset, r.ClockBound = a.uplink.Clock()
	err := a.journal.Append(ctx, r)
	gate := a.health.Gate()
	switch {
	case err == nil:
		gate.Clear(health.JournalDown)
		gate.Clear(health.JournalFull)
		a.uplink.Wake()
	case errors.Is(err, journal.ErrFull):
		gate.Raise(health.JournalFull, "Too many records wait for the control server; nobody is admitted until some are sent.")
	default:
		gate.Raise(health.JournalDown, "The journal cannot be written; nobody is admitted. Check the disk. ("+err.Error()+")")
	}
	if err != nil {
		a.log.Error("record was not written", "kind", r.Kind, "err", err)
	}
	return err
}

// withdrawn signs for a template that was wiped because its holder took it
// back.
func (a *App) withdrawn(r checkin.Receipt) {
	_ = a.sign(r) // a failure is a condition by now
}

// sign signs a receipt and journals it.
func (a *App) sign(r checkin.Receipt) error {
	r.ID, r.Gate, r.At = wire.NewID[string](), a.pairing.Gate, time.Now().UTC()
	body := wire.Encode(r)
	signature, err := a.identity.Sign(body)
	if err != nil {
		a.log.Error("receipt was not signed", "event", r.Event, "err", err)
		return err
	}
	return a.record(context.Background(), wire.Record{
		ID: r.ID, Kind: wire.RecordReceipt, Receipt: &wire.SignedReceipt{Body: body, Signature: signature},
	})
}
