package gates

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// fakeBus notes what the Registry orders.
type fakeBus struct {
	mu       sync.Mutex
	commands map[checkin.GateID][]byte
	evicted  []checkin.GateID
}

func (b *fakeBus) URL() string { return "nats://bus" }

func (b *fakeBus) Command(gate checkin.GateID, sealed []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.commands[gate] = sealed
	return nil
}

func (b *fakeBus) Evict(gate checkin.GateID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.evicted = append(b.evicted, gate)
}

// codes are pairing codes over the real store, each its gate's id.
type codes struct{ db *store.DB }

func (c codes) NewPairingCode(ctx context.Context, gate checkin.GateID) (string, time.Time, error) {
	expires := time.Now().Add(time.Hour)
	return string(gate), expires, c.db.Update(ctx, func(tx *store.Tx) error { return tx.PutPairing([]byte(gate), gate, expires) })
}

func (c codes) UsePairingCode(ctx context.Context, code, nkey, xkey string) (gate checkin.Gate, err error) {
	err = c.db.Update(ctx, func(tx *store.Tx) error {
		gate, err = tx.UsePairing([]byte(code), nkey, xkey)
		return err
	})
	return gate, err
}

type manifests struct{}

func (manifests) Manifest(event checkin.EventID) (wire.Manifest, bool) {
	return wire.Manifest{Event: event, Epoch: 7}, true
}

const (
	gala  = checkin.EventID("gala")
	model = "model-1"
)

type hall struct {
	*Registry
	t      *testing.T
	bus    *fakeBus
	vault  *seal.Vault
	server *seal.Identity
}

func open(t *testing.T) *hall {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(filepath.Join(dir, "stile.db"), time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	h := &hall{t: t, bus: &fakeBus{commands: map[checkin.GateID][]byte{}}}
	h.vault, err = seal.OpenVault(filepath.Join(dir, "keys"))
	must(t, err)
	h.server, err = seal.NewIdentity()
	must(t, err)
	h.Registry = New(db, codes{db}, h.vault, manifests{}, h.server, model, slog.New(slog.DiscardHandler))
	h.Connect(h.bus)
	for _, event := range []checkin.EventID{gala, "expo"} {
		key, err := h.vault.Create(event)
		must(t, err)
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			now := tx.Now()
			return tx.CreateEvent(checkin.Event{ID: event, Name: "E", Doors: now, Starts: now, Ends: now.Add(time.Hour), Policy: checkin.DefaultPolicy}, key.ID())
		}))
	}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, err error, code checkin.Code, text string) {
	t.Helper()
	if err == nil || checkin.ErrorCode(err) != code || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v (%s), want %s: …%s…", err, checkin.ErrorCode(err), code, text)
	}
}

// pair adds and pairs a gate for the event.
func (h *hall) pair(name string, event checkin.EventID) (checkin.GateID, *seal.Identity) {
	h.t.Helper()
	gate, code, expires, err := h.Add(h.t.Context(), name, event, "test")
	must(h.t, err)
	if !expires.After(time.Now()) {
		h.t.Errorf("the code expired at %s", expires)
	}
	id, err := seal.NewIdentity()
	must(h.t, err)
	reply, err := h.Pair(h.t.Context(), wire.PairRequest{Code: code, NKey: id.NKey(), XKey: id.XKey()})
	must(h.t, err)
	if reply.Gate != gate.ID || reply.Bus != "nats://bus" || reply.ServerXKey != h.server.XKey() {
		h.t.Errorf("pairing answered %+v", reply)
	}
	return gate.ID, id
}

func (h *hall) open(id *seal.Identity, sealed []byte) wire.Assignment {
	h.t.Helper()
	plain, err := id.OpenFrom(h.server.XKey(), sealed)
	must(h.t, err)
	a, err := wire.Decode[wire.Assignment](plain)
	must(h.t, err)
	return a
}

func (h *hall) hello(gate checkin.GateID, id *seal.Identity) wire.Assignment {
	h.t.Helper()
	sealed, err := h.Hello(h.t.Context(), gate, wire.Hello{Model: model})
	must(h.t, err)
	return h.open(id, sealed)
}

func (h *hall) close(event checkin.EventID) {
	h.t.Helper()
	must(h.t, h.db.Update(h.t.Context(), func(tx *store.Tx) error { return tx.CloseEvent(event, tx.Now()) }))
}

func TestAdd(t *testing.T) {
	h := open(t)
	h.close("expo")
	if gate, _, _, err := h.Add(t.Context(), "  North Gate 2 ", gala, "test"); err != nil || gate.ID != "north-gate-2" || gate.Name != "North Gate 2" || gate.Event != gala {
		t.Errorf("got %+v, %v", gate, err)
	}
	for _, tt := range []struct {
		name  string
		event checkin.EventID
		code  checkin.Code
		text  string
	}{
		{"", gala, checkin.CodeInvalid, "name"},
		{strings.Repeat("x", 61), gala, checkin.CodeInvalid, "name"},
		{"North\nGate", gala, checkin.CodeInvalid, `name: "North\nGate" has a character that does not show, at byte 5`},
		{"\u202eEast", gala, checkin.CodeInvalid, `"\u202eEast" has a character`},
		{"We\u2066st", gala, checkin.CodeInvalid, "does not show"},
		{"north gate 2", gala, checkin.CodeConflict, "exists"},
		{"West", "ball", checkin.CodeNotFound, `"ball"`},
		{"West", "expo", checkin.CodeConflict, "closed"},
	} {
		_, _, _, err := h.Add(t.Context(), tt.name, tt.event, "test")
		expect(t, err, tt.code, tt.text)
	}
}

func TestAddWithoutLatinLetters(t *testing.T) {
	h := open(t)
	for _, name := range []string{"門", "Вход", "بوابة"} {
		gate, _, _, err := h.Add(t.Context(), name, gala, "test")
		if err != nil || !regexp.MustCompile(`^gate-[a-z2-7]{6}$`).MatchString(string(gate.ID)) || gate.Name != name {
			t.Errorf("%s: got %+v, %v", name, gate, err)
		}
	}
	_, _, _, err := h.Add(t.Context(), "門", gala, "test")
	expect(t, err, checkin.CodeConflict, `gate "門" exists`)
}

func TestPair(t *testing.T) {
	h := open(t)
	gate, id := h.pair("North", gala)
	if found, err := h.GateByNKey(t.Context(), id.NKey()); err != nil || found.ID != gate {
		t.Errorf("found %+v, %v", found, err)
	}
	_, err := h.Pair(t.Context(), wire.PairRequest{Code: string(gate), NKey: id.NKey(), XKey: id.XKey()})
	expect(t, err, checkin.CodeForbidden, "code")
	_, err = h.Pair(t.Context(), wire.PairRequest{Code: string(gate), NKey: "U", XKey: id.XKey()})
	expect(t, err, checkin.CodeInvalid, "nkey")

	// Paired anew: whoever has the old keys is out.
	code, _, err := h.NewCode(t.Context(), gate, "test")
	must(t, err)
	if _, err := h.GateByNKey(t.Context(), id.NKey()); err != nil {
		t.Errorf("a code that nobody used cut the gate off: %v", err)
	}
	h.bus.evicted = nil
	other, err := seal.NewIdentity()
	must(t, err)
	_, err = h.Pair(t.Context(), wire.PairRequest{Code: code, NKey: other.NKey(), XKey: other.XKey()})
	must(t, err)
	if len(h.bus.evicted) != 1 {
		t.Error("the old connection was left alone")
	}
	_, err = h.GateByNKey(t.Context(), id.NKey())
	expect(t, err, checkin.CodeUnauthorised, id.NKey())
}

func TestHello(t *testing.T) {
	h := open(t)
	north, northID := h.pair("North", gala)
	_, southID := h.pair("South", "")
	_, err := h.Hello(t.Context(), north, wire.Hello{Model: "model-2"})
	expect(t, err, checkin.CodeInvalid, `"model-2"`)
	_, err = h.Hello(t.Context(), "nobody", wire.Hello{Model: model})
	expect(t, err, checkin.CodeNotFound, "nobody")

	sealed, err := h.Hello(t.Context(), north, wire.Hello{Model: model})
	must(t, err)
	if _, err := southID.OpenFrom(h.server.XKey(), sealed); err == nil {
		t.Error("another gate can open the assignment")
	}
	a := h.open(northID, sealed)
	key, err := h.vault.Load(gala)
	must(t, err)
	if a.Gate != north || a.Event.ID != gala || a.Epoch != 7 || a.KeyID != key.ID() || string(a.EventKey) != string(key.Secret()) ||
		!a.KeyExpires.Equal(a.Event.Ends.Add(keyGrace)) || len(a.Purge) > 0 {
		t.Errorf("assignment %+v", a)
	}
	if a := h.hello("south", southID); a.Event != nil || a.EventKey != nil || a.KeyID != "" {
		t.Errorf("a gate without event got %+v", a)
	}
	must(t, h.db.View(t.Context(), func(tx *store.Tx) error {
		told, err := tx.Deliveries(gala)
		if len(told) != 1 || told[0] != north {
			t.Errorf("key deliveries: %v", told)
		}
		return err
	}))
}

func TestAssign(t *testing.T) {
	h := open(t)
	north, id := h.pair("North", gala)
	h.bus.evicted = nil
	must(t, h.Assign(t.Context(), north, "expo", "test"))
	if len(h.bus.evicted) != 1 || h.bus.evicted[0] != north {
		t.Errorf("evicted %v", h.bus.evicted)
	}
	if a := h.hello(north, id); a.Event.ID != "expo" {
		t.Errorf("serves %s", a.Event.ID)
	}
	must(t, h.Assign(t.Context(), north, "", "test"))
	if a := h.hello(north, id); a.Event != nil {
		t.Errorf("serves %s", a.Event.ID)
	}
	h.close("expo")
	expect(t, h.Assign(t.Context(), north, "expo", "test"), checkin.CodeConflict, "closed")
	expect(t, h.Assign(t.Context(), north, "ball", "test"), checkin.CodeNotFound, "ball")
	expect(t, h.Assign(t.Context(), "west", gala, "test"), checkin.CodeNotFound, "west")
}

func TestAClosedEventGivesNoKeyAndWantsItsReceipt(t *testing.T) {
	h := open(t)
	north, id := h.pair("North", gala)
	h.hello(north, id)
	h.close(gala)
	for range 2 { // before and after the key is destroyed
		a := h.hello(north, id)
		if a.EventKey != nil || a.KeyID != "" || len(a.Purge) != 1 || a.Purge[0] != gala {
			t.Errorf("after the end: %+v", a)
		}
		must(t, h.vault.Destroy(gala))
	}
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SaveReceipt(wire.Record{Receipt: &wire.SignedReceipt{Body: []byte("b"), Signature: []byte("s")}},
			checkin.Receipt{ID: "receipt-1", Kind: checkin.ReceiptPurge, Event: gala, Gate: north, At: tx.Now()})
		return err
	}))
	if a := h.hello(north, id); len(a.Purge) > 0 {
		t.Errorf("still wants %v", a.Purge)
	}
}

func TestAKeyThatIsDestroyedButNotClosedYetIsNoFailure(t *testing.T) {
	h := open(t)
	north, id := h.pair("North", gala)
	must(t, h.vault.Destroy(gala))
	if a := h.hello(north, id); a.EventKey != nil {
		t.Error("got a key that is gone")
	}
}

func TestRevoke(t *testing.T) {
	h := open(t)
	north, id := h.pair("North", gala)
	h.hello(north, id)
	h.bus.evicted = nil
	must(t, h.Revoke(t.Context(), north, "test"))
	if a := h.open(id, h.bus.commands[north]); a.Event != nil || a.EventKey != nil {
		t.Errorf("a revoked gate was told %+v", a)
	}
	if len(h.bus.evicted) != 1 {
		t.Error("it was not sent away")
	}
	_, err := h.GateByNKey(t.Context(), id.NKey())
	expect(t, err, checkin.CodeUnauthorised, "")
	_, err = h.GateByID(t.Context(), north)
	expect(t, err, checkin.CodeUnauthorised, "")
	_, err = h.Hello(t.Context(), north, wire.Hello{Model: model})
	expect(t, err, checkin.CodeUnauthorised, "")

	h.close(gala) // it may still hold the templates, so it is still told
	h.Tell(t.Context(), north)
	if a := h.open(id, h.bus.commands[north]); len(a.Purge) != 1 || a.Purge[0] != gala {
		t.Errorf("a revoked gate that was given the key is told %+v", a)
	}
	expect(t, h.Revoke(t.Context(), "west", "test"), checkin.CodeNotFound, "west")
}

func TestANewCodeRestoresARevokedGate(t *testing.T) {
	h := open(t)
	north, id := h.pair("North", gala)
	must(t, h.Revoke(t.Context(), north, "test"))
	code, expires, err := h.NewCode(t.Context(), north, "test")
	must(t, err)
	if !expires.After(time.Now()) {
		t.Errorf("the code expired at %s", expires)
	}
	_, err = h.GateByID(t.Context(), north)
	expect(t, err, checkin.CodeUnauthorised, "") // until the code is used
	_, err = h.Pair(t.Context(), wire.PairRequest{Code: code, NKey: id.NKey(), XKey: id.XKey()})
	must(t, err)
	if gate, err := h.GateByNKey(t.Context(), id.NKey()); err != nil || gate.ID != north || gate.Event != "" {
		t.Errorf("restored %+v, %v", gate, err)
	}
	_, _, err = h.NewCode(t.Context(), "west", "test")
	expect(t, err, checkin.CodeNotFound, "west")
}
