// Package web is the one HTTP port: it mounts the machines' API, the holders'
// portal and the operators' console, and does for all of them what each would
// otherwise do its own way: headers, limits, errors, static files, streams and
// uploads that never touch a disk.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Where each surface is mounted.
const (
	APIPrefix     = "/v1"
	PortalPrefix  = "/p"
	ConsolePrefix = "/console"
)

// BodyLimit is the largest request body, in bytes: a phone's photo at full size
// with room to spare.
const BodyLimit = 16 << 20

// Time limits. A body of BodyLimit must fit through a slow phone.
const (
	readTimeout  = 2 * time.Minute
	writeTimeout = time.Minute
	idleTimeout  = time.Minute
)

// Config is what a Server needs.
type Config struct {
	Log *slog.Logger
	// BodyLimit is in bytes; zero means the constant BodyLimit.
	BodyLimit int
}

// Server is the HTTP port.
type Server struct {
	app     *fiber.App
	log     *slog.Logger
	streams context.Context // ends every Stream
	end     context.CancelFunc
}

// New builds a server with nothing mounted but its static files.
func New(cfg Config) *Server {
	if cfg.BodyLimit == 0 {
		cfg.BodyLimit = BodyLimit
	}
	s := &Server{log: cfg.Log}
	s.streams, s.end = context.WithCancel(context.Background())
	s.app = fiber.New(fiber.Config{
		Immutable:             true, // values outlive their handler
		DisableStartupMessage: true,
		BodyLimit:             cfg.BodyLimit,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		ErrorHandler:          s.handleError,
		// ReadForm parses uploads. fasthttp's own parser may write to disk.
		DisablePreParseMultipartForm: true,
	})
	s.app.Use(s.guard)
	s.app.Get(staticPrefix+":sum/:name", serveStatic)
	s.app.Get("/", func(c *fiber.Ctx) error { return c.Redirect(ConsolePrefix, fiber.StatusSeeOther) })
	return s
}

// Mount adds a surface below prefix. Mount everything before Serve.
func (s *Server) Mount(prefix string, routes func(fiber.Router)) {
	routes(s.app.Group(prefix))
}

// Serve answers on l until Stop, which makes it return nil.
func (s *Server) Serve(l net.Listener) error {
	if err := s.app.Listener(l); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve http on %s: %w", l.Addr(), err)
	}
	return nil
}

// Stop ends every stream, waits for the requests under way and closes the port.
// When ctx ends first it gives up on those that are left.
func (s *Server) Stop(ctx context.Context) error {
	s.end()
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("stop http: %w", err)
	}
	return nil
}
