package gallery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// memoryBus is a Bus that keeps what it carries, and fails when told.
type memoryBus struct {
	mu       sync.Mutex
	fail     error
	entries  map[wire.EntryRef][]byte
	manifest []byte
	open     bool
}

func (b *memoryBus) do(fn func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		fn()
	}
	return b.fail
}

func (b *memoryBus) OpenEvent(context.Context, checkin.EventID) error {
	return b.do(func() { b.entries, b.manifest, b.open = map[wire.EntryRef][]byte{}, nil, true })
}

func (b *memoryBus) DeleteEvent(context.Context, checkin.EventID) error {
	return b.do(func() { b.entries, b.manifest, b.open = nil, nil, false })
}

func (b *memoryBus) PublishEntries(_ context.Context, _ checkin.EventID, entries map[wire.EntryRef][]byte) error {
	return b.do(func() {
		for ref, sealed := range entries {
			if b.entries[ref] = bytes.Clone(sealed); len(sealed) == 0 {
				delete(b.entries, ref)
			}
		}
	})
}

func (b *memoryBus) PublishManifest(_ context.Context, _ checkin.EventID, sealed []byte) error {
	return b.do(func() { b.manifest = sealed })
}

func (b *memoryBus) set(fail error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = fail
}

type hall struct {
	t    *testing.T
	db   *store.DB
	keys *seal.Vault
	bus  *memoryBus
	pub  *Publisher
}

const gala checkin.EventID = "gala"

func open(t *testing.T, tickets int) *hall {
	t.Helper()
	h := &hall{t: t, bus: &memoryBus{}}
	dir := t.TempDir()
	var err error
	h.db, err = store.Open(filepath.Join(dir, "stile.db"), time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, h.db.Close()) })
	h.keys, err = seal.OpenVault(filepath.Join(dir, "keys"))
	must(t, err)
	key, err := h.keys.Create(gala)
	must(t, err)
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		e := checkin.Event{ID: gala, Name: "Gala", Doors: now, Starts: now, Ends: now.Add(time.Hour), Policy: checkin.DefaultPolicy}
		must(t, tx.CreateEvent(e, key.ID()))
		_, err := tx.PutHolder(checkin.Holder{ID: "holder-1", Event: gala, PlatformID: "p", Created: now})
		must(t, err)
		for i := range tickets {
			c := checkin.Credential{ID: checkin.CredentialID(fmt.Sprintf("ticket-%d", i)), Holder: "holder-1", ValidFrom: now, ValidUntil: e.Ends}
			must(t, tx.PutCredential(gala, c, fmt.Append(nil, i), fmt.Appendf(nil, "sealed %d", i)))
		}
		return nil
	}))
	h.pub = New(h.db, h.bus, h.keys, slog.New(slog.DiscardHandler))
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check holds the manifest on the bus against the entries on the bus.
func (h *hall) check(epoch uint64, faces, tickets int) wire.Manifest {
	h.t.Helper()
	h.bus.mu.Lock()
	sealed, entries := h.bus.manifest, maps.Clone(h.bus.entries)
	h.bus.mu.Unlock()
	key, err := h.keys.Load(gala)
	must(h.t, err)
	plain, err := key.Open(sealed, wire.ManifestAAD(gala))
	must(h.t, err)
	m, err := wire.Decode[wire.Manifest](plain)
	must(h.t, err)
	var digest wire.Digest
	for ref, sealed := range entries {
		digest.Toggle(ref, sealed)
	}
	if m.Digest != digest {
		h.t.Errorf("digest %s, the entries have %s", m.Digest, digest)
	}
	if m.Epoch != epoch || m.Faces != faces || m.Tickets != tickets || len(entries) != faces+tickets {
		h.t.Errorf("manifest %+v with %d entries, want epoch %d, %d faces, %d tickets", m, len(entries), epoch, faces, tickets)
	}
	if told, ok := h.pub.Manifest(gala); !ok || told != m {
		h.t.Errorf("Manifest says %+v, the bus %+v", told, m)
	}
	return m
}

func face(id string) wire.EntryRef { return wire.EntryRef{Kind: wire.EntryFace, ID: id} }

func TestPublisherKeepsTheStreamEqualToTheStore(t *testing.T) {
	h := open(t, fillBatch+1) // more than one batch
	must(t, h.pub.Open(t.Context(), gala))
	first := h.check(2, 0, fillBatch+1)
	h.pub.Change(t.Context(), gala, map[wire.EntryRef][]byte{face("a"): []byte("1"), face("b"): []byte("2")}, nil)
	h.check(2, 2, fillBatch+1)
	h.pub.Change(t.Context(), gala, map[wire.EntryRef][]byte{face("a"): []byte("changed")}, nil)
	h.check(2, 2, fillBatch+1)
	h.pub.Change(t.Context(), gala, map[wire.EntryRef][]byte{face("c"): []byte("3")}, []wire.EntryRef{face("a"), face("never was")})
	last := h.check(2, 2, fillBatch+1)
	if last.Version <= first.Version {
		t.Errorf("version went from %d to %d", first.Version, last.Version)
	}
	h.pub.Change(t.Context(), gala, nil, []wire.EntryRef{face("b"), face("c")})
	if m := h.check(2, 0, fillBatch+1); m.Digest != first.Digest {
		t.Error("the same entries have another digest")
	}

	again := New(h.db, h.bus, h.keys, slog.New(slog.DiscardHandler)) // a restart
	h.pub = again
	must(t, again.Open(t.Context(), gala))
	h.check(3, 0, fillBatch+1)
}

func TestPublisherTriesAgain(t *testing.T) {
	h := open(t, 3)
	must(t, h.pub.Open(t.Context(), gala))
	h.bus.set(errors.New("no bus"))
	h.pub.Change(t.Context(), gala, map[wire.EntryRef][]byte{face("a"): []byte("1")}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.pub.Run(ctx) }()
	h.bus.set(nil)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if m, ok := h.pub.Manifest(gala); ok && m.Epoch > 2 && m.Version > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the stream was not filled again")
		}
	}
	cancel()
	must(t, <-done)
	m, _ := h.pub.Manifest(gala)
	h.check(m.Epoch, 0, 3) // as the store has it: the change was never committed there
}

func TestPublisherClose(t *testing.T) {
	h := open(t, 1)
	must(t, h.pub.Open(t.Context(), gala))
	for range 2 {
		must(t, h.pub.Close(t.Context(), gala))
	}
	if _, ok := h.pub.Manifest(gala); ok || h.bus.open {
		t.Error("a closed gallery is still there")
	}
	h.pub.Change(t.Context(), gala, map[wire.EntryRef][]byte{face("late"): []byte("1")}, nil)
	if h.bus.entries != nil {
		t.Error("a change reached a closed gallery")
	}
}

// A stream must not come back by a filling that was under way when it closed.
func TestPublisherCloseBeatsRefill(t *testing.T) {
	h := open(t, 1)
	h.bus.set(errors.New("no bus"))
	if err := h.pub.Open(t.Context(), gala); err == nil {
		t.Fatal("opened without a bus")
	}
	h.bus.set(nil)
	s, _ := h.pub.stream(gala)
	must(t, h.pub.Close(t.Context(), gala))
	must(t, h.pub.fill(t.Context(), gala, s))
	if h.bus.open {
		t.Error("the closed gallery was filled again")
	}
}
