package bus

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/wire"
)

// What follows a tombstone must not wait for the gate to ask again.
func TestATombstoneHoldsNothingUp(t *testing.T) {
	h := open(t)
	h.serve()
	conn, _ := h.dial("north")
	follow(t, conn, "north", gala)
	js, err := jetstream.New(conn)
	must(t, err)
	consumer, err := js.Consumer(t.Context(), wire.GalleryStream(gala), wire.ConsumerName("north"))
	must(t, err)
	heard := make(chan string, 10)
	consuming, err := consumer.Consume(func(m jetstream.Msg) { heard <- string(m.Data()) })
	must(t, err)
	defer consuming.Stop()

	gone := wire.EntryRef{Kind: wire.EntryFace, ID: "enrolment-1"}
	must(t, h.bus.PublishEntries(t.Context(), gala, map[wire.EntryRef][]byte{gone: nil}))
	must(t, h.bus.PublishManifest(t.Context(), gala, []byte("manifest without it")))
	late := time.After(jetstream.DefaultExpires / 2)
	for last := ""; last != "manifest without it"; {
		select {
		case last = <-heard:
		case <-late:
			t.Fatalf("after %q nothing was heard for long", last)
		}
	}
}
