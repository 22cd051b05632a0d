package bus

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// gateList is the Gates of these tests.
type gateList struct {
	asked func() // called after a look-up by nkey, before its answer is given
	mu    sync.Mutex
	gates map[checkin.GateID]checkin.Gate
}

func (l *gateList) GateByID(_ context.Context, id checkin.GateID) (checkin.Gate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g, ok := l.gates[id]; ok && g.Revoked.IsZero() {
		return g, nil
	}
	return checkin.Gate{}, checkin.Errorf(checkin.CodeUnauthorised, "gate %s is not paired", id)
}

func (l *gateList) GateByNKey(_ context.Context, nkey string) (checkin.Gate, error) {
	if l.asked != nil {
		defer l.asked()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range l.gates {
		if g.NKey == nkey && g.Revoked.IsZero() {
			return g, nil
		}
	}
	return checkin.Gate{}, checkin.Errorf(checkin.CodeUnauthorised, "no gate has the key %s", nkey)
}

func (l *gateList) change(id checkin.GateID, edit func(*checkin.Gate)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	gate := l.gates[id]
	edit(&gate)
	l.gates[id] = gate
}

// hall is a running bus with two events and three gates: north and south serve
// the gala, far serves the expo.
type hall struct {
	t     *testing.T
	bus   *Bus
	gates *gateList
	ids   map[checkin.GateID]*seal.Identity
}

const (
	gala checkin.EventID = "gala"
	expo checkin.EventID = "expo"
)

var facePlace = wire.EntryRef{Kind: wire.EntryFace, ID: "enrolment-1"}

func open(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, gates: &gateList{gates: map[checkin.GateID]checkin.Gate{}}, ids: map[checkin.GateID]*seal.Identity{}}
	for gate, event := range map[checkin.GateID]checkin.EventID{"north": gala, "south": gala, "far": expo} {
		id, err := seal.NewIdentity()
		must(t, err)
		h.ids[gate] = id
		h.gates.gates[gate] = checkin.Gate{ID: gate, Event: event, NKey: id.NKey(), XKey: id.XKey()}
	}
	var err error
	h.bus, err = Start(t.Context(), Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Gates: h.gates, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { must(t, h.bus.Close()) })
	for _, event := range []checkin.EventID{gala, expo} {
		must(t, h.bus.OpenEvent(t.Context(), event))
		must(t, h.bus.PublishEntries(t.Context(), event, map[wire.EntryRef][]byte{facePlace: []byte("sealed for " + event)}))
		must(t, h.bus.PublishManifest(t.Context(), event, []byte("manifest of "+event)))
	}
	return h
}

// dial connects as a gate does. Whatever the server objects to arrives in
// refused.
func (h *hall) dial(gate checkin.GateID) (conn *nats.Conn, refused chan error) {
	h.t.Helper()
	refused = make(chan error, 100)
	id := h.ids[gate]
	conn, err := nats.Connect(h.bus.URL(), nats.Nkey(id.NKey(), id.Sign),
		nats.CustomInboxPrefix(wire.InboxPrefix(gate)), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	must(h.t, err)
	h.t.Cleanup(conn.Close)
	return conn, refused
}

// serve answers the gates until the test ends.
func (h *hall) serve() *clerk {
	h.t.Helper()
	c := &clerk{garbage: map[checkin.GateID]int{}}
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan error, 1)
	go func() { done <- h.bus.Serve(ctx, c) }()
	h.t.Cleanup(func() {
		cancel()
		must(h.t, <-done)
	})
	until(h.t, "the bus answers", func() bool {
		_, err := h.bus.conn.Request(wire.HelloSubject("nobody"), nil, time.Second)
		return err == nil
	})
	return c
}

// clerk is the Handler of these tests: it notes what it is given.
type clerk struct {
	mu       sync.Mutex
	fail     error // the next record's
	statuses []wire.Status
	records  []wire.Record
	garbage  map[checkin.GateID]int
}

func (c *clerk) Hello(_ context.Context, gate checkin.GateID, _ wire.Hello) ([]byte, error) {
	return []byte("assignment of " + gate), nil
}

func (c *clerk) Status(s wire.Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.statuses = append(c.statuses, s)
}

func (c *clerk) Record(_ context.Context, _ checkin.GateID, r wire.Record) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err, c.fail = c.fail, nil; err != nil {
		return err
	}
	c.records = append(c.records, r)
	return nil
}

func (c *clerk) Garbage(gate checkin.GateID, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.garbage[gate]++
}

func (c *clerk) counts(gate checkin.GateID) (statuses, records, garbage int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.statuses), len(c.records), c.garbage[gate]
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
