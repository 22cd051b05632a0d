package uplink

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// follow has the server make a consumer of the event's gallery and feeds what
// it delivers to the Gallery, one message at a time. lost hears of its end.
func (u *Uplink) follow(ctx context.Context, a wire.Assignment, lost chan<- error) (stop func(), err error) {
	event := a.Event.ID
	from := u.cfg.Gallery.Resume(a.Epoch)
	req := wire.Encode(wire.Follow{Event: event, From: from})
	if _, err := u.request(ctx, wire.FollowSubject(u.cfg.Gate), req); err != nil {
		return nil, fmt.Errorf("follow gallery: %w", err)
	}
	consumer, err := u.js.Consumer(ctx, wire.GalleryStream(event), wire.ConsumerName(u.cfg.Gate))
	if err != nil {
		return nil, fmt.Errorf("follow gallery: %w", err)
	}
	fail := func(err error) {
		select {
		case lost <- err:
		default:
		}
	}
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		if err := u.applied(event, m); err != nil {
			fail(err)
		}
	}, jetstream.PullMaxMessages(512), jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		fail(fmt.Errorf("follow gallery: %w", err))
	}))
	if err != nil {
		return nil, fmt.Errorf("follow gallery: %w", err)
	}
	return func() {
		consuming.Stop()
		<-consuming.Closed()
	}, nil
}

// applied feeds one message. An entry that cannot be used is logged and left
// out: the next manifest will not agree, and that is what counts.
func (u *Uplink) applied(event checkin.EventID, m jetstream.Msg) error {
	meta, err := m.Metadata()
	if err != nil {
		return fmt.Errorf("follow gallery: %w", err)
	}
	ref, isEntry, err := wire.ParseEntryRef(event, m.Subject())
	if err != nil {
		u.cfg.Log.Warn("ignored a message in the gallery", "err", err)
		return nil
	}
	if !isEntry {
		return u.cfg.Gallery.Manifest(meta.Sequence.Stream, m.Data())
	}
	if err := u.cfg.Gallery.Apply(meta.Sequence.Stream, ref, m.Data()); err != nil {
		u.cfg.Log.Warn("gallery entry left out", "err", err)
	}
	return nil
}
