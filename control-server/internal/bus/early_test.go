package bus

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/openstile/stile/shared/wire"
)

// A gate that is left over from the server's last life knocks the moment the
// port is open, and must not end up in a room that leads nowhere.
func TestAGateThatIsEarly(t *testing.T) {
	for range 5 {
		h := open(t)
		probe, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		address := probe.Addr().String()
		must(t, probe.Close())
		id := h.ids["north"]
		gate, err := nats.Connect("nats://"+address, nats.Nkey(id.NKey(), id.Sign),
			nats.CustomInboxPrefix(wire.InboxPrefix("north")), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
			nats.ReconnectWait(time.Millisecond), nats.ReconnectJitter(0, 0), nats.IgnoreAuthErrorAbort())
		must(t, err)
		t.Cleanup(gate.Close)
		b, err := Start(t.Context(), Config{Dir: t.TempDir(), Listen: address, Gates: h.gates, Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		t.Cleanup(func() { must(t, b.Close()) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.Serve(ctx, &clerk{}) }()
		until(t, "the early gate is answered", func() bool {
			_, err := gate.Request(wire.HelloSubject("north"), wire.Encode(wire.Hello{}), time.Second)
			return err == nil
		})
		cancel()
		must(t, <-done)
	}
}
