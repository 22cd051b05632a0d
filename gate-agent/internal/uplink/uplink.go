package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Config says who the gate is and whom it works for.
type Config struct {
	Gate       checkin.GateID
	URL        string
	ServerXKey string // the only sender of Assignments to believe
	Identity   *seal.Identity
	Hello      wire.Hello
	Gallery    Gallery
	Outbox     Outbox
	// Assigned is told every Assignment, also one that changes nothing.
	Assigned func(wire.Assignment)
	// Changed is told when the bus comes or goes, and why it is away.
	Changed func(online bool, why string)
	Log     *slog.Logger
}

// Gallery takes what the gallery stream says.
type Gallery interface {
	// Current reports whether the gallery is right and as new as the server's.
	Current(epoch, version uint64) bool
	// Resume returns the stream sequence to follow from.
	Resume(epoch uint64) uint64
	Apply(seq uint64, ref wire.EntryRef, sealed []byte) error
	// Manifest fails when the contents are not what they must be.
	Manifest(seq uint64, sealed []byte) error
}

// Outbox holds the records that the server has not acknowledged.
type Outbox interface {
	Unsent(ctx context.Context, limit int) ([]wire.Record, error)
	MarkSent(ctx context.Context, ids ...string) error
}

// Uplink is a gate's connection to the bus. It survives any outage.
type Uplink struct {
	cfg    Config
	conn   *nats.Conn
	js     jetstream.JetStream
	online atomic.Bool
	wake   chan struct{} // records wait in the outbox
	again  chan struct{} // the session must start over

	turn     sync.Mutex // Assigned and Changed are told one thing after the other
	commands int        // Assignments that came unasked
	why      string     // there is no session, as last told

	offset, bound atomic.Int64
}

const (
	requestTimeout = 3 * time.Second
	claimTimeout   = 400 * time.Millisecond // leaves time within the freshness bound
	helloEvery     = 10 * time.Second
	retryAfter     = time.Second
)

// errOvertaken means that a command arrived while the gate was asking.
var errOvertaken = errors.New("a command came first")

// Open prepares the connection and keeps trying to make it, in the background.
func Open(cfg Config) (*Uplink, error) {
	u := &Uplink{cfg: cfg, wake: make(chan struct{}, 1), again: make(chan struct{}, 1)}
	conn, err := nats.Connect(cfg.URL,
		nats.Name("gate "+string(cfg.Gate)),
		nats.Nkey(cfg.Identity.NKey(), cfg.Identity.Sign),
		nats.CustomInboxPrefix(wire.InboxPrefix(cfg.Gate)),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(250*time.Millisecond), nats.ReconnectJitter(250*time.Millisecond, time.Second),
		nats.IgnoreAuthErrorAbort(), // an unknown gate keeps asking: it may be paired again
		nats.PingInterval(2*time.Second), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // a claim must fail now, not be sent later
		nats.NoCallbacksAfterClientClose(),
		nats.ConnectHandler(func(*nats.Conn) { u.restart() }),
		nats.ReconnectHandler(func(*nats.Conn) { u.restart() }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { u.offline(err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			cfg.Log.Warn("bus error", "err", err)
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("bus %s: %w", cfg.URL, err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("bus %s: %w", cfg.URL, err)
	}
	u.conn, u.js = conn, js
	return u, nil
}

// Close ends the connection.
func (u *Uplink) Close() error {
	u.conn.Close()
	return nil
}

// Online reports whether the gate has a session: connected and known to the
// server.
func (u *Uplink) Online() bool { return u.online.Load() }

// Clock returns the server's clock minus this one, and how wrong that may be.
func (u *Uplink) Clock() (offset, bound time.Duration) {
	return time.Duration(u.offset.Load()), time.Duration(u.bound.Load())
}

func (u *Uplink) restart() {
	select {
	case u.again <- struct{}{}:
	default:
	}
}

// begun says that there is a session, unless the connection was lost meanwhile.
func (u *Uplink) begun() error {
	u.turn.Lock()
	defer u.turn.Unlock()
	if !u.conn.IsConnected() {
		return errOffline
	}
	if !u.online.Swap(true) {
		u.cfg.Changed(true, "")
	}
	return nil
}

// offline says that there is no session, once for each reason.
func (u *Uplink) offline(err error) {
	u.turn.Lock()
	defer u.turn.Unlock()
	why := "the connection was lost"
	if err != nil {
		why = err.Error()
	}
	if u.online.Swap(false) || why != u.why {
		u.why = why
		u.cfg.Changed(false, why)
	}
}

// Run keeps a session with the server and drains the outbox until ctx ends.
func (u *Uplink) Run(ctx context.Context) error {
	commands, err := u.conn.Subscribe(wire.CommandSubject(u.cfg.Gate), func(m *nats.Msg) {
		u.turn.Lock()
		defer u.turn.Unlock()
		if _, err := u.assigned(m.Data); err != nil {
			u.cfg.Log.Warn("ignored a command", "err", err)
			return
		}
		u.commands++
		u.restart()
	})
	if err != nil {
		return fmt.Errorf("listen for commands: %w", err)
	}
	defer commands.Unsubscribe() //nolint:errcheck // a connection that is closed has no subscriptions
	done := make(chan struct{})
	go func() { defer close(done); u.drain(ctx) }()
	for ctx.Err() == nil {
		if err := u.session(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errOvertaken) {
			u.offline(err)
			sleep(ctx, retryAfter)
		}
	}
	<-done
	return nil
}

// session asks for the assignment and follows the gallery until something
// changes. A nil error asks for the next session at once.
func (u *Uplink) session(ctx context.Context) error {
	select {
	case <-u.again: // whatever asked for this session
	default:
	}
	a, err := u.hello(ctx)
	if err != nil {
		return err
	}
	follow := func() {}
	lost := make(chan error, 1)
	if a.Event != nil && len(a.EventKey) > 0 {
		stop, err := u.follow(ctx, a, lost)
		if err != nil {
			return err
		}
		follow = stop
	}
	defer follow()
	if err := u.begun(); err != nil {
		return err
	}
	u.Wake()
	tick := time.NewTicker(helloEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.again:
			return nil
		case err := <-lost:
			// Not the bus is lost but the gallery: lanes go on claiming. If it is
			// the bus, the next hello will tell.
			u.cfg.Log.Warn("gallery is followed anew", "err", err)
			sleep(ctx, retryAfter)
			return nil
		case <-tick.C:
			b, err := u.hello(ctx)
			if err != nil {
				return err
			}
			if b.Epoch != a.Epoch || b.KeyID != a.KeyID {
				return nil
			}
			if b.KeyID != "" && !u.cfg.Gallery.Current(b.Epoch, b.Version) {
				return nil // a change was missed, or is on its way: either way, follow anew
			}
		}
	}
}

// hello asks who this gate is today, and measures the clocks: the server's time
// was read somewhere between asking and hearing.
func (u *Uplink) hello(ctx context.Context) (wire.Assignment, error) {
	u.turn.Lock()
	commands := u.commands
	u.turn.Unlock()
	asked := time.Now()
	reply, err := u.request(ctx, wire.HelloSubject(u.cfg.Gate), wire.Encode(u.cfg.Hello))
	if err != nil {
		return wire.Assignment{}, fmt.Errorf("hello: %w", err)
	}
	trip := time.Since(asked)
	u.turn.Lock()
	defer u.turn.Unlock()
	if u.commands != commands {
		// The answer may be the older one: it must not undo what was commanded.
		return wire.Assignment{}, errOvertaken
	}
	a, err := u.assigned(reply)
	if err != nil {
		return wire.Assignment{}, err
	}
	u.offset.Store(int64(a.ServerTime.Sub(asked.Add(trip / 2))))
	u.bound.Store(int64(trip / 2))
	return a, nil
}

// assigned opens an Assignment, proves that the server sent it to this gate,
// and passes it on. The key in what it returns is overwritten. The caller holds
// turn.
func (u *Uplink) assigned(sealed []byte) (wire.Assignment, error) {
	plain, err := u.cfg.Identity.OpenFrom(u.cfg.ServerXKey, sealed)
	if err != nil {
		return wire.Assignment{}, fmt.Errorf("assignment is not from the server: %w", err)
	}
	defer clear(plain)
	a, err := wire.Decode[wire.Assignment](plain)
	if err != nil {
		return wire.Assignment{}, err
	}
	defer clear(a.EventKey)
	if a.Gate != u.cfg.Gate {
		return wire.Assignment{}, fmt.Errorf("assignment is for gate %q", a.Gate)
	}
	u.cfg.Assigned(a)
	return a, nil
}

func (u *Uplink) request(ctx context.Context, subject string, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	m, err := u.conn.RequestWithContext(ctx, subject, data)
	if err != nil {
		return nil, err
	}
	if m.Header.Get(wire.ErrorHeader) != "" {
		r, err := wire.Decode[wire.Reply](m.Data)
		if err != nil {
			return nil, err
		}
		return nil, errors.New(r.Error)
	}
	return m.Data, nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
