package uplink

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/wire"
)

const drainBatch = 64

// Status publishes the gate's state. Without a connection it is dropped: the
// next one says it again.
func (u *Uplink) Status(s wire.Status) error {
	if !u.Online() {
		return errOffline
	}
	return u.conn.Publish(wire.StatusSubject(u.cfg.Gate), wire.Encode(s))
}

// Wake says that the outbox has something.
func (u *Uplink) Wake() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// drain carries the outbox up, in order, and marks as sent only what the bus
// has stored.
func (u *Uplink) drain(ctx context.Context) {
	retry := time.NewTicker(retryAfter)
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
		case <-retry.C:
		}
		for u.Online() && ctx.Err() == nil {
			n, err := u.drainBatch(ctx)
			if err != nil {
				u.cfg.Log.Warn("records wait in the journal", "err", err)
				break
			}
			if n < drainBatch {
				break
			}
		}
	}
}

func (u *Uplink) drainBatch(ctx context.Context) (int, error) {
	records, err := u.cfg.Outbox.Unsent(ctx, drainBatch)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	acks := make([]jetstream.PubAckFuture, 0, len(records))
	for _, r := range records {
		ack, err := u.js.PublishAsync(wire.RecordSubject(u.cfg.Gate, r.Kind), wire.Encode(r), jetstream.WithMsgID(r.ID))
		if err != nil {
			return 0, fmt.Errorf("send record: %w", err)
		}
		acks = append(acks, ack)
	}
	ids := make([]string, 0, len(records))
	wait, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	for i, ack := range acks {
		select {
		case <-ack.Ok():
			ids = append(ids, records[i].ID)
			continue
		case err = <-ack.Err():
		case <-wait.Done():
			err = wait.Err()
		}
		break
	}
	if len(ids) > 0 {
		if markErr := u.cfg.Outbox.MarkSent(ctx, ids...); markErr != nil {
			return 0, fmt.Errorf("mark records as sent: %w", markErr)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("send record: %w", err)
	}
	return len(records), nil
}
