package app

import (
	"context"

	"github.com/openstile/stile/control-server/internal/bus"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// busLink is the bus for those parts that exist before it: the bus asks the
// registry who may connect, and the registry needs the publisher.
type busLink struct{ *bus.Bus }

// busHandler sends what gates say to the part that knows.
type busHandler struct{ *App }

var _ bus.Handler = busHandler{}

func (h busHandler) Hello(ctx context.Context, gate checkin.GateID, hello wire.Hello) ([]byte, error) {
	return h.registry.Hello(ctx, gate, hello)
}

func (h busHandler) Status(s wire.Status) { h.Hub.Status(s) }

func (h busHandler) Record(ctx context.Context, gate checkin.GateID, r wire.Record) error {
	return h.books.Record(ctx, gate, r)
}

func (h busHandler) Garbage(gate checkin.GateID, err error) {
	h.log.Warn("a gate sent something that cannot be used", "gate", gate, "err", err)
}
