package bus

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestAReassignedGateLosesItsOldEvent(t *testing.T) {
	h := open(t)
	h.serve()
	conn, refused := h.dial("north")
	follow(t, conn, "north", gala)
	// A request that waits on the old gallery while the gate is moved.
	old, err := conn.SubscribeSync(wire.InboxPrefix("north") + ".old")
	must(t, err)
	must(t, conn.PublishRequest("$JS.API.CONSUMER.MSG.NEXT.STILE_GALLERY_gala.gate-north",
		wire.InboxPrefix("north")+".old", []byte(`{"batch":100,"expires":60000000000}`)))
	for range 2 {
		_, err := old.NextMsg(patience)
		must(t, err)
	}

	back := make(chan struct{}, 1)
	conn.SetReconnectHandler(func(*nats.Conn) { back <- struct{}{} })
	h.gates.change("north", func(g *checkin.Gate) { g.Event = expo })
	h.bus.Evict("north")
	select {
	case <-back:
	case <-time.After(patience):
		t.Fatal("the gate did not come back")
	}
	follow(t, conn, "north", expo)
	must(t, h.bus.PublishManifest(t.Context(), gala, []byte("a later manifest")))
	js, err := jetstream.New(conn)
	must(t, err)
	consumer, err := js.Consumer(t.Context(), wire.GalleryStream(expo), wire.ConsumerName("north"))
	must(t, err)
	if m, err := consumer.Next(jetstream.FetchMaxWait(patience)); err != nil || string(m.Data()) != "sealed for expo" {
		t.Errorf("new gallery: %v, %v", m, err)
	}
	if m, err := old.NextMsg(200 * time.Millisecond); err == nil {
		t.Errorf("the old gallery still speaks: %q", m.Data)
	}
	must(t, conn.Publish("$KV.STILE_CLAIMS_gala.x", nil))
	expectViolation(t, conn, refused)
}

func TestARevokedGateIsOut(t *testing.T) {
	h := open(t)
	h.serve()
	conn, _ := h.dial("north")
	closed := make(chan struct{})
	conn.SetClosedHandler(func(*nats.Conn) { close(closed) })
	h.gates.change("north", func(g *checkin.Gate) { g.Revoked = time.Now() })
	h.bus.Evict("north")
	select {
	case <-closed: // the client gives up after two refusals
	case <-time.After(patience):
		t.Fatal("a revoked gate is still connected")
	}
}

// A gate that is let in by an answer given just before it was changed must not
// keep what that answer allowed.
func TestEvictDoesNotMissAGateAtTheDoor(t *testing.T) {
	h := open(t)
	asked, let := make(chan struct{}), make(chan struct{})
	h.gates.asked = func() {
		asked <- struct{}{}
		<-let
	}
	result := make(chan error, 1)
	go func() {
		id := h.ids["north"]
		conn, err := nats.Connect(h.bus.URL(), nats.Nkey(id.NKey(), id.Sign), nats.NoReconnect())
		if err == nil {
			for err == nil { // until the server ends it
				err = conn.FlushTimeout(patience)
			}
			conn.Close()
		}
		result <- err
	}()
	<-asked
	h.gates.change("north", func(g *checkin.Gate) { g.Revoked = time.Now() })
	evicted := make(chan struct{})
	go func() {
		h.bus.Evict("north")
		close(evicted)
	}()
	let <- struct{}{}
	<-evicted
	select {
	case <-result:
	case <-time.After(patience):
		t.Fatal("the gate kept its connection")
	}
}

func TestAGateHasOneConnection(t *testing.T) {
	h := open(t)
	for range 10 {
		first, _ := h.dial("north")
		lost := make(chan struct{}, 10)
		first.SetDisconnectErrHandler(func(*nats.Conn, error) { lost <- struct{}{} })
		second, _ := h.dial("north")
		select {
		case <-lost:
		case <-time.After(patience):
			t.Fatal("the older connection lives on")
		}
		first.Close()
		second.Close()
	}
	h.bus.door.mu.Lock()
	defer h.bus.door.mu.Unlock()
	if n := len(h.bus.door.clients); n > 1 {
		t.Errorf("%d connections are remembered for one gate", n)
	}
}
