package bus

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Config says where the bus lives and whom it serves.
type Config struct {
	Dir    string // JetStream's folder
	Listen string // host:port for gates; port 0 picks a free one
	Public string // URL at which gates reach it; empty is where it listens
	Gates  Gates
	Log    *slog.Logger
}

// Gates tells which gate an nkey belongs to. It is asked at every connection,
// so revoking a gate is a change there and an Evict.
type Gates interface {
	// GateByNKey fails for an unknown or revoked key.
	GateByNKey(ctx context.Context, nkey string) (checkin.Gate, error)
	// GateByID fails for an unknown or revoked gate.
	GateByID(ctx context.Context, id checkin.GateID) (checkin.Gate, error)
}

// Bus is a running embedded NATS server and the control server's connection to
// it.
type Bus struct {
	srv   *server.Server
	conn  *nats.Conn
	js    jetstream.JetStream
	gates Gates
	log   *slog.Logger
	door  *doorman
	url   string // at which gates reach it
}

const startTimeout = 20 * time.Second

// Start starts the server, connects to it and declares what always exists. A
// port in use or a folder that cannot be written is an error that says so.
func Start(ctx context.Context, cfg Config) (_ *Bus, err error) {
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("bus address %q: %w", cfg.Listen, err)
	}
	// The server library only logs that its folder or its port cannot be used;
	// asking first turns that into an error.
	if err := writable(cfg.Dir); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	probe, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	port := probe.Addr().(*net.TCPAddr).Port
	if err := probe.Close(); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}

	secret := make([]byte, 32)
	rand.Read(secret)
	b := &Bus{gates: cfg.Gates, log: cfg.Log, url: cfg.Public}
	b.door = &doorman{gates: cfg.Gates, secret: hex.EncodeToString(secret), log: cfg.Log, clients: map[checkin.GateID]uint64{}, rooms: map[string]*server.Account{}}
	b.srv, err = server.NewServer(&server.Options{
		ServerName:                 "stile",
		Host:                       host,
		Port:                       port,
		JetStream:                  true,
		StoreDir:                   cfg.Dir,
		SyncAlways:                 true, // a claim that was acknowledged must survive a power cut
		NoSigs:                     true,
		MaxPayload:                 1 << 20,
		AlwaysEnableNonce:          true,
		CustomClientAuthentication: b.door,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	b.door.srv = b.srv
	b.srv.SetLoggerV2(serverLog{cfg.Log}, false, false, false)
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	// Gates of an earlier life knock the moment the port is open.
	if err := b.door.export(); err != nil {
		return nil, fmt.Errorf("bus: exports: %w", err)
	}
	go b.srv.Start()
	if !b.srv.ReadyForConnections(startTimeout) {
		return nil, fmt.Errorf("bus: not ready after %s; see the log for why", startTimeout)
	}
	b.conn, err = nats.Connect("", nats.InProcessServer(b.srv),
		nats.UserInfo(controlServer, b.door.secret), nats.Name(controlServer), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("bus: connect: %w", err)
	}
	b.js, err = jetstream.New(b.conn)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	if !b.srv.JetStreamEnabled() {
		return nil, fmt.Errorf("bus: JetStream is off: can %s be written?", cfg.Dir)
	}
	if _, err := b.js.CreateOrUpdateStream(ctx, recordStream()); err != nil {
		return nil, fmt.Errorf("bus: stream of records: %w", err)
	}
	return b, nil
}

// URL is where gates connect.
func (b *Bus) URL() string { return cmp.Or(b.url, b.srv.ClientURL()) }

// Close disconnects everybody and stops the server.
func (b *Bus) Close() error {
	if b.conn != nil {
		b.conn.Close()
	}
	b.srv.Shutdown()
	b.srv.WaitForShutdown()
	return nil
}

// Command sends a sealed Assignment to a gate that is connected. A gate that is
// not will ask for it when it returns.
func (b *Bus) Command(gate checkin.GateID, sealed []byte) error {
	if err := b.conn.Publish(wire.CommandSubject(gate), sealed); err != nil {
		return fmt.Errorf("command to gate %s: %w", gate, err)
	}
	return b.conn.Flush()
}

// Evict ends a gate's connection, so that it comes back with the permissions
// that it has now, or not at all.
func (b *Bus) Evict(gate checkin.GateID) { b.door.evict(gate) }

// writable reports whether files can be made in dir, which it makes if needed.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// serverLog passes the embedded server's warnings on.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(string, ...any)         {}
func (l serverLog) Debugf(string, ...any)          {}
func (l serverLog) Tracef(string, ...any)          {}
func (l serverLog) Warnf(format string, v ...any)  { l.log.Warn("bus: " + fmt.Sprintf(format, v...)) }
func (l serverLog) Errorf(format string, v ...any) { l.log.Error("bus: " + fmt.Sprintf(format, v...)) }
func (l serverLog) Fatalf(format string, v ...any) { l.log.Error("bus: " + fmt.Sprintf(format, v...)) }
