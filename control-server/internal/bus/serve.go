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

// Handler answers what gates say. Whatever arrives has been decoded and comes
// from the gate it names.
type Handler interface {
	// Hello returns the gate's sealed Assignment.
	Hello(ctx context.Context, gate checkin.GateID, h wire.Hello) (sealed []byte, err error)
	// Status takes a heartbeat.
	Status(s wire.Status)
	// Record stores one record. A checkin.Error of CodeInvalid drops it for
	// good; any other error has it sent again later.
	Record(ctx context.Context, gate checkin.GateID, r wire.Record) error
	// Garbage counts a message that could not be understood.
	Garbage(gate checkin.GateID, err error)
}

const (
	answerTimeout = 5 * time.Second
	retryAfter    = time.Second
)

// Serve answers gates until ctx ends.
func (b *Bus) Serve(ctx context.Context, h Handler) error {
	for subject, answer := range map[string]nats.MsgHandler{
		wire.AnyHello:  b.answer(ctx, h, b.hello),
		wire.AnyFollow: b.answer(ctx, h, b.follow),
		wire.AnyStatus: func(m *nats.Msg) { b.status(h, m) },
	} {
		sub, err := b.conn.Subscribe(subject, answer)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", subject, err)
		}
		defer sub.Unsubscribe() //nolint:errcheck // a connection that is closed has no subscriptions
	}
	consumer, err := b.js.CreateOrUpdateConsumer(ctx, wire.RecordStream, jetstream.ConsumerConfig{
		Durable: "ingest", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second, MaxAckPending: 1024,
	})
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	consuming, err := consumer.Consume(func(m jetstream.Msg) { b.record(ctx, h, m) })
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	<-ctx.Done()
	consuming.Stop()
	<-consuming.Closed()
	return nil
}

// answer runs a request in its own goroutine, because NATS delivers one message
// at a time, and always replies.
func (b *Bus) answer(ctx context.Context, h Handler, f func(context.Context, Handler, checkin.GateID, []byte) ([]byte, error)) nats.MsgHandler {
	return func(m *nats.Msg) {
		go func() {
			ctx, cancel := context.WithTimeout(ctx, answerTimeout)
			defer cancel()
			gate, err := wire.GateOf(m.Subject)
			var reply []byte
			if err == nil {
				reply, err = f(ctx, h, gate, m.Data)
			}
			out := &nats.Msg{Subject: m.Reply, Data: reply}
			if err != nil {
				h.Garbage(gate, err)
				out.Data = wire.Encode(wire.Reply{Error: publicText(err)})
				out.Header = nats.Header{wire.ErrorHeader: []string{"1"}}
			}
			if m.Reply == "" {
				return
			}
			if err := b.conn.PublishMsg(out); err != nil && ctx.Err() == nil {
				b.log.Warn("answer to a gate was not sent", "gate", gate, "err", err)
			}
		}()
	}
}

func (b *Bus) hello(ctx context.Context, h Handler, gate checkin.GateID, data []byte) ([]byte, error) {
	hello, err := wire.Decode[wire.Hello](data)
	if err != nil {
		return nil, checkin.Invalid("hello", "%v", err)
	}
	return h.Hello(ctx, gate, hello)
}

// follow makes the gate's consumer. The gate may not make one itself: a
// consumer that it could aim anywhere would be a way to speak as somebody else.
func (b *Bus) follow(ctx context.Context, _ Handler, gate checkin.GateID, data []byte) ([]byte, error) {
	req, err := wire.Decode[wire.Follow](data)
	if err != nil {
		return nil, checkin.Invalid("follow", "%v", err)
	}
	if err := checkin.CheckID("event", req.Event); err != nil {
		return nil, err
	}
	known, err := b.gates.GateByID(ctx, gate)
	if err != nil {
		return nil, err
	}
	if known.Event != req.Event {
		return nil, checkin.Errorf(checkin.CodeForbidden, "gate %s does not serve event %s", gate, req.Event)
	}
	cfg := jetstream.ConsumerConfig{
		Name:              wire.ConsumerName(gate),
		AckPolicy:         jetstream.AckNonePolicy,
		DeliverPolicy:     jetstream.DeliverAllPolicy,
		InactiveThreshold: time.Minute,
		MemoryStorage:     true,
	}
	if req.From > 0 {
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, req.From
	}
	stream := wire.GalleryStream(req.Event)
	if err := b.js.DeleteConsumer(ctx, stream, cfg.Name); err != nil &&
		!errors.Is(err, jetstream.ErrConsumerNotFound) && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("replace consumer of gate %s: %w", gate, err)
	}
	if _, err := b.js.CreateConsumer(ctx, stream, cfg); err != nil {
		return nil, fmt.Errorf("make consumer of gate %s: %w", gate, err)
	}
	return wire.Encode(wire.Reply{}), nil
}

func (b *Bus) status(h Handler, m *nats.Msg) {
	gate, err := wire.GateOf(m.Subject)
	if err != nil {
		h.Garbage(gate, err)
		return
	}
	s, err := wire.Decode[wire.Status](m.Data)
	if err == nil && s.Gate != gate {
		err = fmt.Errorf("gate %q sent a status of gate %q", gate, s.Gate)
	}
	if err != nil {
		h.Garbage(gate, err)
		return
	}
	h.Status(s)
}

func (b *Bus) record(ctx context.Context, h Handler, m jetstream.Msg) {
	gate, err := wire.GateOf(m.Subject())
	var r wire.Record
	if err == nil {
		r, err = wire.Decode[wire.Record](m.Data())
	}
	if err != nil {
		err = checkin.Invalid("record", "%v", err)
	} else if err = r.Validate(gate); err == nil {
		err = h.Record(ctx, gate, r)
	}
	switch {
	case err == nil:
		err = m.Ack()
	case checkin.ErrorCode(err) == checkin.CodeInvalid:
		h.Garbage(gate, err)
		err = m.Term()
	default:
		b.log.Error("record was not stored; it will be tried again", "gate", gate, "id", r.ID, "err", err)
		err = m.NakWithDelay(retryAfter)
	}
	if err != nil && ctx.Err() == nil {
		b.log.Warn("record was not acknowledged; it will come again", "gate", gate, "err", err)
	}
}

// publicText keeps what is inside the server inside.
func publicText(err error) string {
	var e *checkin.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return "internal error"
}
