package purge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
)

// Keys destroys an event's key.
type Keys interface {
	Destroy(event checkin.EventID) error
}

// Gallery deletes what gates are sent of an event, and what is known of its
// people in memory.
type Gallery interface {
	Close(ctx context.Context, event checkin.EventID) error
}

// Gates are told to wipe.
type Gates interface {
	Tell(ctx context.Context, gate checkin.GateID)
}

// Purger closes events.
type Purger struct {
	db      *store.DB
	keys    Keys
	gallery Gallery
	gates   Gates
	now     func() time.Time
	log     *slog.Logger

	turn sync.Mutex // one destroys at a time: Close and Run meet over an event

	mu        sync.Mutex
	destroyed map[checkin.EventID]bool // by this process, to the last step
}

// New makes a Purger.
func New(db *store.DB, keys Keys, gallery Gallery, gates Gates, now func() time.Time, log *slog.Logger) *Purger {
	return &Purger{db: db, keys: keys, gallery: gallery, gates: gates, now: now, log: log, destroyed: map[checkin.EventID]bool{}}
}

const (
	// Grace is how long after its end an event is closed by itself: the last
	// guests may still be queueing when it was meant to be over.
	Grace      = time.Hour
	checkEvery = time.Second
)

// Close closes an event and destroys its templates. When it returns without an
// error the key is gone, and with it every template wherever its ciphertext
// lies; the gates' receipts follow. Closing again continues where an earlier
// attempt stopped.
func (p *Purger) Close(ctx context.Context, event checkin.EventID, actor string) error {
	err := p.db.Update(ctx, func(tx *store.Tx) error {
		e, err := tx.Event(event)
		if err != nil || !e.Closed.IsZero() {
			return err
		}
		if err := tx.CloseEvent(event, tx.Now()); err != nil {
			return err
		}
		return tx.Audit(actor, "event.close", string(event))
	})
	if err != nil {
		return err
	}
	return p.destroy(ctx, event)
}

// destroy does every step that is idempotent. The key goes first: whatever
// fails after it can be tidied later and holds only noise.
func (p *Purger) destroy(ctx context.Context, event checkin.EventID) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if err := p.keys.Destroy(event); err != nil {
		return err
	}
	var told []checkin.GateID
	err := p.db.Update(ctx, func(tx *store.Tx) (err error) {
		if _, err := tx.PurgeTemplates(event, tx.Now()); err != nil {
			return err
		}
		told, err = tx.Deliveries(event)
		return err
	})
	for _, gate := range told {
		p.gates.Tell(ctx, gate)
	}
	if err != nil {
		return fmt.Errorf("purge event %s: %w", event, err)
	}
	if err := p.gallery.Close(ctx, event); err != nil {
		return fmt.Errorf("purge event %s: %w", event, err)
	}
	if err := p.db.Checkpoint(ctx); err != nil { // the write-ahead log still held the rows
		return fmt.Errorf("purge event %s: %w", event, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.destroyed[event] = true
	return nil
}

// Report is how far an event's purge has come.
type Report struct {
	Event  checkin.EventID `json:"event"`
	Closed time.Time       `json:"closed,omitzero"`
	// Purged is when the last receipt was in; zero before.
	Purged time.Time `json:"purged,omitzero"`
	// Gates were given the event's key; Silent are those whose receipt is
	// missing.
	Gates         []checkin.GateID  `json:"gates"`
	Silent        []checkin.GateID  `json:"silent"`
	Receipts      []checkin.Receipt `json:"receipts"`
	TemplatesLeft int               `json:"templates_left"` // on the server and, by their receipts, on gates
}

// Report returns how far the purge of event has come.
func (p *Purger) Report(ctx context.Context, event checkin.EventID) (r Report, err error) {
	err = p.db.View(ctx, func(tx *store.Tx) error {
		r, err = report(tx, event)
		return err
	})
	return r, err
}

func report(tx *store.Tx, event checkin.EventID) (Report, error) {
	e, err := tx.Event(event)
	if err != nil {
		return Report{}, err
	}
	r := Report{Event: event, Closed: e.Closed, Purged: e.Purged, Gates: []checkin.GateID{}, Silent: []checkin.GateID{}, Receipts: []checkin.Receipt{}}
	if r.TemplatesLeft, err = tx.TemplatesLeft(event); err != nil {
		return Report{}, err
	}
	if r.Gates, err = tx.Deliveries(event); err != nil {
		return Report{}, err
	}
	stored, err := tx.Receipts(event)
	if err != nil {
		return Report{}, err
	}
	newest := map[checkin.GateID]checkin.Receipt{}
	for _, s := range stored {
		if s.Kind == checkin.ReceiptPurge {
			newest[s.Gate] = s.Receipt
		}
	}
	for _, gate := range r.Gates {
		wanted, err := tx.PurgeWanted(gate)
		if err != nil {
			return Report{}, err
		}
		receipt, ok := newest[gate]
		if !ok || slices.Contains(wanted, event) { // or it has had the key again since
			r.Silent = append(r.Silent, gate)
			continue
		}
		r.Receipts = append(r.Receipts, receipt)
		r.TemplatesLeft += receipt.Left
	}
	return r, nil
}

// Run closes events whose time is over, continues purges that were interrupted,
// and marks those complete whose receipts are all in, until ctx ends.
func (p *Purger) Run(ctx context.Context) error {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		if err := p.check(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("purge will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (p *Purger) check(ctx context.Context) error {
	var events []store.StoredEvent
	err := p.db.View(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.Events()
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range events {
		switch {
		case e.Closed.IsZero() && p.now().After(e.Ends.Add(Grace)):
			errs = append(errs, p.Close(ctx, e.ID, "retention"))
		case e.Closed.IsZero() || !e.Purged.IsZero():
		case !p.isDestroyed(e.ID): // interrupted, by an error or by a restart
			errs = append(errs, p.destroy(ctx, e.ID))
		default:
			errs = append(errs, p.finish(ctx, e.ID))
		}
	}
	return errors.Join(errs...)
}

func (p *Purger) isDestroyed(event checkin.EventID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.destroyed[event]
}

func (p *Purger) finish(ctx context.Context, event checkin.EventID) error {
	r, err := p.Report(ctx, event)
	if err != nil {
		return err
	}
	if r.TemplatesLeft > 0 || len(r.Silent) > 0 {
		return nil
	}
	return p.db.Update(ctx, func(tx *store.Tx) error { return tx.MarkPurged(event, tx.Now()) })
}
