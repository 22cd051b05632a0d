// Package console is the operators' pages: what every lane is doing now, what
// an event has done so far, and the few things that staff may order. It shows
// live's board and knows no name and no face.
package console

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

// Operators says who may use the console.
type Operators interface {
	// Login returns a session's secret token. source is where the attempt came
	// from, so that guessing can be slowed down. A wrong name or password is
	// checkin.CodeUnauthorised.
	Login(ctx context.Context, name, password, source string) (token string, op checkin.Operator, err error)
	// Operator returns whose session it is, or checkin.CodeUnauthorised.
	Operator(ctx context.Context, token string) (checkin.Operator, error)
	Logout(ctx context.Context, token string) error
}

// Venue is what the console shows and orders. actor is the operator's id, for
// the audit log.
type Venue interface {
	Events(ctx context.Context) ([]checkin.Event, error)
	Event(ctx context.Context, id checkin.EventID) (checkin.Event, error)
	Counts(ctx context.Context, id checkin.EventID) (checkin.Counts, error)
	// Manifest says what the event's gallery must be, or checkin.CodeNotFound
	// when it has none: before the first entry, and after the event is closed.
	Manifest(ctx context.Context, id checkin.EventID) (wire.Manifest, error)
	CloseEvent(ctx context.Context, id checkin.EventID, actor string) error
	PurgeReport(ctx context.Context, id checkin.EventID) (PurgeReport, error)

	Gates(ctx context.Context) ([]checkin.Gate, error)
	// AddGate makes a gate that waits to be paired with the one-time code.
	AddGate(ctx context.Context, name string, event checkin.EventID, actor string) (gate checkin.Gate, code string, expires time.Time, err error)
	// NewCode makes another code for a gate, and voids the one before.
	NewCode(ctx context.Context, id checkin.GateID, actor string) (code string, expires time.Time, err error)
	// AssignGate sets the event that a gate serves; none when event is empty.
	AssignGate(ctx context.Context, id checkin.GateID, event checkin.EventID, actor string) error
	RevokeGate(ctx context.Context, id checkin.GateID, actor string) error
}

// Board is what happens now; *live.Hub is one.
type Board interface {
	Snapshot() live.Board
	Follow(ctx context.Context) (live.Board, <-chan struct{})
}

// Config is what a Console needs.
type Config struct {
	Log       *slog.Logger
	Operators Operators
	Venue     Venue
	Board     Board
	// Server is the address by which gates reach this server, for the pairing
	// command, e.g. "https://stile.example:8443". Empty: as the browser did.
	Server string
	// Calibration is of the recogniser that enrolment and gates use.
	Calibration face.Calibration
	// Zone is the venue's time zone; nil means the machine's.
	Zone *time.Location
}

// Console serves the operators' pages.
type Console struct {
	Config
	pages pages
}

// New makes a console.
func New(cfg Config) *Console {
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	return &Console{Config: cfg, pages: parsePages(cfg.Zone)}
}

// Routes adds the console's pages; r is mounted at web.ConsolePrefix.
func (s *Console) Routes(r fiber.Router) {
	r.Get("/login", s.showLogin)
	r.Post("/login", s.login)

	r.Use(s.authenticate)
	r.Post("/logout", s.logout)
	r.Get("/", s.showBoard)
	r.Get("/live", s.followBoard)
	r.Get("/events", s.showEvents)
	r.Get("/events/:event", s.showEvent)
	r.Get("/events/:event/live", s.followEvent)
	r.Get("/events/:event/close", s.confirmClose)
	r.Post("/events/:event/close", s.closeEvent)
	r.Get("/gates", s.showGates)
	r.Post("/gates", s.pairGate)
	r.Post("/gates/:gate/code", s.newCode)
	r.Post("/gates/:gate/assign", s.assignGate)
	r.Get("/gates/:gate/revoke", s.confirmRevoke)
	r.Post("/gates/:gate/revoke", s.revokeGate)
}

// server is the address that a gate should use.
func (s *Console) server(c *fiber.Ctx) string {
	if s.Server != "" {
		return strings.TrimSuffix(s.Server, "/")
	}
	return c.BaseURL()
}
