package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// recordStream holds gates' records until the control server has stored them.
// It refuses new ones when full, so that a gate keeps them in its journal.
func recordStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:       wire.RecordStream,
		Subjects:   []string{wire.AnyRecord},
		Retention:  jetstream.WorkQueuePolicy,
		Storage:    jetstream.FileStorage,
		Discard:    jetstream.DiscardNew,
		MaxBytes:   1 << 30,
		MaxMsgSize: 64 << 10,
	}
}

// galleryStream holds an event's sealed gallery, the newest message of each
// entry. It lives in memory: the store has the same ciphertext and fills it
// again, and so no purged byte can stay behind in a file.
func galleryStream(event checkin.EventID) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              wire.GalleryStream(event),
		Subjects:          []string{wire.GallerySubjects(event)},
		MaxMsgsPerSubject: 1,
		Storage:           jetstream.MemoryStorage,
		MaxMsgSize:        64 << 10,
	}
}

// claimBucket holds the claims of an event, every write on disk before it is
// acknowledged. A claim that nobody confirmed expires by itself.
func claimBucket(event checkin.EventID) jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{
		Bucket:         wire.ClaimBucket(event),
		Storage:        jetstream.FileStorage,
		History:        1,
		LimitMarkerTTL: time.Minute,
	}
}

// OpenEvent makes the streams and buckets of an event. The gallery starts
// empty, whatever was there.
func (b *Bus) OpenEvent(ctx context.Context, event checkin.EventID) error {
	if err := b.dropGallery(ctx, event); err != nil {
		return err
	}
	if _, err := b.js.CreateStream(ctx, galleryStream(event)); err != nil {
		return fmt.Errorf("gallery stream of event %s: %w", event, err)
	}
	if _, err := b.js.CreateOrUpdateKeyValue(ctx, claimBucket(event)); err != nil {
		return fmt.Errorf("claims of event %s: %w", event, err)
	}
	return nil
}

// DeleteEvent deletes what OpenEvent made. Deleting twice is no error.
func (b *Bus) DeleteEvent(ctx context.Context, event checkin.EventID) error {
	if err := b.dropGallery(ctx, event); err != nil {
		return err
	}
	err := b.js.DeleteKeyValue(ctx, wire.ClaimBucket(event))
	if err != nil && !errors.Is(err, jetstream.ErrBucketNotFound) && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("delete claims of event %s: %w", event, err)
	}
	return nil
}

func (b *Bus) dropGallery(ctx context.Context, event checkin.EventID) error {
	err := b.js.DeleteStream(ctx, wire.GalleryStream(event))
	if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("delete gallery of event %s: %w", event, err)
	}
	return nil
}

// tombstone is the header of an empty message. It has one because after a message
// with neither body nor header the server delivers nothing more to a gate until
// it asks again, which may be half a minute later.
var tombstone = nats.Header{"Stile-Tombstone": {"1"}}

// PublishEntries puts sealed entries into the gallery. An entry without bytes
// is a tombstone. It returns when all are acknowledged.
func (b *Bus) PublishEntries(ctx context.Context, event checkin.EventID, entries map[wire.EntryRef][]byte) error {
	pending := make([]jetstream.PubAckFuture, 0, len(entries))
	for ref, sealed := range entries {
		m := &nats.Msg{Subject: wire.EntrySubject(event, ref), Data: sealed}
		if len(sealed) == 0 {
			m.Header = tombstone
		}
		ack, err := b.js.PublishMsgAsync(m)
		if err != nil {
			return fmt.Errorf("publish to the gallery of event %s: %w", event, err)
		}
		pending = append(pending, ack)
	}
	for _, ack := range pending {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return fmt.Errorf("publish to the gallery of event %s: %w", event, err)
		case <-ctx.Done():
			return fmt.Errorf("publish to the gallery of event %s: %w", event, ctx.Err())
		}
	}
	return nil
}

// PublishManifest puts the sealed manifest behind the entries it speaks of.
func (b *Bus) PublishManifest(ctx context.Context, event checkin.EventID, sealed []byte) error {
	if _, err := b.js.Publish(ctx, wire.ManifestSubject(event), sealed); err != nil {
		return fmt.Errorf("publish manifest of event %s: %w", event, err)
	}
	return nil
}
