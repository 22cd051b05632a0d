// Package display serves the attendee's screen at a lane: one page on the
// loopback interface that says what to do next, large, in words and with a
// symbol. It never says who somebody is or why a gate stays shut.
package display

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Config describes one lane's screen.
type Config struct {
	Listen   string // loopback address and port, e.g. "127.0.0.1:8099"; port 0 takes a free one
	LaneName string
	Language string // "en" or "de"; empty follows the browser
	Log      *slog.Logger
}

// Display is one lane's screen. Make it with New, run it with Run.
type Display struct {
	config   Config
	listener net.Listener
	app      *fiber.App
	stopping chan struct{}

	mu      sync.Mutex
	state   State
	changed chan struct{} // closed and replaced when state changes
}

// New binds the address. It refuses one that other machines can reach, because
// the page asks nobody who they are.
func New(c Config) (*Display, error) {
	if _, ok := languages[c.Language]; !ok && c.Language != "" {
		return nil, fmt.Errorf("display: language %q is none of en, de", c.Language)
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	if addr := l.Addr().(*net.TCPAddr); !addr.IP.IsLoopback() {
		l.Close()
		return nil, fmt.Errorf("display: listen %q is not a loopback address", c.Listen)
	}
	d := &Display{
		config:   c,
		listener: l,
		stopping: make(chan struct{}),
		state:    Idle,
		changed:  make(chan struct{}),
	}
	d.app = fiber.New(fiber.Config{
		AppName:               "stile display",
		DisableStartupMessage: true,
		Immutable:             true,
		ReadTimeout:           10 * time.Second,
		BodyLimit:             1, // it takes no bodies
	})
	d.routes()
	return d, nil
}

// Addr is where the page is, as host:port.
func (d *Display) Addr() string { return d.listener.Addr().String() }

// Show puts a state on every screen that is open, and on those that open later.
func (d *Display) Show(s State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s == d.state {
		return
	}
	d.state = s
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *Display) current() (State, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state, d.changed
}

// Run serves the page until ctx ends, and then ends every stream.
func (d *Display) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- d.app.Listener(d.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("display: %w", err)
	case <-ctx.Done():
	}
	close(d.stopping)
	if err := d.app.ShutdownWithTimeout(5 * time.Second); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("display: stop: %w", err)
	}
	if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("display: %w", err)
	}
	return nil
}
