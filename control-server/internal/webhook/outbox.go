package webhook

import (
	"context"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Outbox is where admissions wait. It outlives the process.
type Outbox interface {
	// Due returns the webhooks that have admissions left to send.
	Due(ctx context.Context) ([]Hook, error)
	// Admissions returns up to limit that come after the hook's cursor, in order.
	Admissions(ctx context.Context, h Hook, limit int) ([]Entry, error)
	// Advance moves the hook's cursor. It is checkin.CodeConflict when the hook
	// was removed or changed since Due.
	Advance(ctx context.Context, h Hook, cursor int64) error
}

// Hook is where an event's admissions are sent.
type Hook struct {
	Event  checkin.EventID
	URL    string
	Secret []byte
	Cursor int64 // Seq of the last admission that was taken
}

// Entry is an admission in the order of arrival.
type Entry struct {
	checkin.Admission
	Seq      int64
	Happened time.Time // by the server's clock; At is by the gate's
}
