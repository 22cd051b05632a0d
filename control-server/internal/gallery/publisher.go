package gallery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Bus carries the gallery.
type Bus interface {
	OpenEvent(ctx context.Context, event checkin.EventID) error
	DeleteEvent(ctx context.Context, event checkin.EventID) error
	PublishEntries(ctx context.Context, event checkin.EventID, entries map[wire.EntryRef][]byte) error
	PublishManifest(ctx context.Context, event checkin.EventID, sealed []byte) error
}

// Keys gives an event's key. The caller wipes it.
type Keys interface {
	Load(event checkin.EventID) (*seal.EventKey, error)
}

// Publisher keeps the gallery streams of all open events equal to the store.
type Publisher struct {
	db   *store.DB
	bus  Bus
	keys Keys
	log  *slog.Logger

	mu     sync.Mutex
	events map[checkin.EventID]*stream
}

// New makes a Publisher with no stream open.
func New(db *store.DB, bus Bus, keys Keys, log *slog.Logger) *Publisher {
	return &Publisher{db: db, bus: bus, keys: keys, log: log, events: map[checkin.EventID]*stream{}}
}

const (
	fillBatch  = 1000
	retryEvery = time.Second
)

// Open fills the event's stream from the store, in a new epoch.
func (p *Publisher) Open(ctx context.Context, event checkin.EventID) error {
	p.mu.Lock()
	s, ok := p.events[event]
	if !ok {
		s = &stream{}
		p.events[event] = s
	}
	p.mu.Unlock()
	return p.fill(ctx, event, s)
}

// fill fills the stream, unless it was closed meanwhile.
func (p *Publisher) fill(ctx context.Context, event checkin.EventID, s *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.broken = true // until the end is reached
	var epoch uint64
	err := p.db.Update(ctx, func(tx *store.Tx) (err error) {
		epoch, err = tx.NewEpoch(event)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.bus.OpenEvent(ctx, event); err != nil {
		return err
	}
	s.manifest = wire.Manifest{Event: event, Epoch: epoch}
	s.shares = map[wire.EntryRef]wire.Digest{}
	batch := map[wire.EntryRef][]byte{}
	flush := func() error {
		err := p.bus.PublishEntries(ctx, event, batch)
		clear(batch)
		return err
	}
	err = p.db.View(ctx, func(tx *store.Tx) error {
		return tx.Entries(event, func(ref wire.EntryRef, sealed []byte) error {
			s.add(ref, sealed)
			batch[ref] = sealed
			if len(batch) < fillBatch {
				return nil
			}
			return flush()
		})
	})
	if err = errors.Join(err, flush()); err != nil {
		return fmt.Errorf("fill gallery of event %s: %w", event, err)
	}
	if err := p.announce(ctx, s); err != nil {
		return err
	}
	s.broken = false
	return nil
}

// Change publishes what a transaction has committed: entries that are new or
// different, and entries that are gone. It is not an error of the caller when
// the bus fails: the stream is then filled again by Run.
func (p *Publisher) Change(ctx context.Context, event checkin.EventID, put map[wire.EntryRef][]byte, drop []wire.EntryRef) {
	s, ok := p.stream(event)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken || s.closed {
		return
	}
	all := make(map[wire.EntryRef][]byte, len(put)+len(drop))
	for _, ref := range drop {
		s.remove(ref)
		all[ref] = nil
	}
	for ref, sealed := range put {
		s.remove(ref)
		s.add(ref, sealed)
		all[ref] = sealed
	}
	err := p.bus.PublishEntries(ctx, event, all)
	if err == nil {
		err = p.announce(ctx, s)
	}
	if err != nil {
		s.broken = true
		p.log.Error("gallery change was not published; the stream will be filled again", "event", event, "err", err)
	}
}

// announce seals and publishes the manifest, with the crowd as the store has it. The caller holds s.mu.
func (p *Publisher) announce(ctx context.Context, s *stream) error {
	err := p.db.View(ctx, func(tx *store.Tx) error {
		e, err := tx.Event(s.manifest.Event)
		s.manifest.Crowd = e.Crowd
		return err
	})
	if err != nil {
		return err
	}
	key, err := p.keys.Load(s.manifest.Event)
	if err != nil {
		return err
	}
	defer key.Wipe()
	s.manifest.Version++
	sealed := key.Seal(wire.Encode(s.manifest), wire.ManifestAAD(s.manifest.Event))
	return p.bus.PublishManifest(ctx, s.manifest.Event, sealed)
}

// Close deletes the event's stream and claims. Closing twice is no error.
func (p *Publisher) Close(ctx context.Context, event checkin.EventID) error {
	if s, ok := p.stream(event); ok {
		s.mu.Lock() // whatever is under way ends first
		s.closed = true
		s.mu.Unlock()
	}
	p.mu.Lock()
	delete(p.events, event)
	p.mu.Unlock()
	return p.bus.DeleteEvent(ctx, event)
}

// Manifest returns what the event's gallery must be; ok is false when no stream
// is open.
func (p *Publisher) Manifest(event checkin.EventID) (m wire.Manifest, ok bool) {
	s, ok := p.stream(event)
	if !ok {
		return wire.Manifest{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.manifest, true
}

// Run fills streams again that could not be kept up, until ctx ends.
func (p *Publisher) Run(ctx context.Context) error {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		p.mu.Lock()
		broken := map[checkin.EventID]*stream{}
		for event, s := range p.events {
			if s.mu.TryLock() {
				if s.broken {
					broken[event] = s
				}
				s.mu.Unlock()
			}
		}
		p.mu.Unlock()
		for event, s := range broken {
			if err := p.fill(ctx, event, s); err != nil && ctx.Err() == nil {
				p.log.Error("gallery is still not published", "event", event, "err", err)
			}
		}
	}
}

func (p *Publisher) stream(event checkin.EventID) (*stream, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.events[event]
	return s, ok
}
