// Package portal is the holder's own pages: what agreeing means, the photo, how
// it went, and taking it back. The link's token says whose pages they are; no
// name is known here and no photo is kept or shown.
package portal

import (
	"context"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// Visit is what a link opens.
type Visit struct {
	Event     checkin.Event
	Holder    checkin.HolderID
	Enrolment *checkin.Enrolment // the newest, or nil
	Consent   *checkin.Consent   // the newest, or nil
}

// Holders is what a holder may do with their link.
type Holders interface {
	// Link opens a link, or fails with checkin.CodeNotFound.
	Link(ctx context.Context, token string) (Visit, error)
	// Enrol records the consent and makes a template from the photo, which it
	// does not keep. A photo that is not good enough is no error: the
	// enrolment's state is refused, and its reasons say why.
	Enrol(ctx context.Context, token string, consent checkin.Consent, photo []byte) (checkin.Enrolment, error)
	// Withdraw takes the consent back and destroys the template everywhere.
	Withdraw(ctx context.Context, token string) error
}

// Config is what a Portal needs.
type Config struct {
	Log     *slog.Logger
	Holders Holders
	Now     func() time.Time
	// Zone is the venue's time zone; nil means the machine's.
	Zone *time.Location
}

// Portal serves the holders' pages.
type Portal struct {
	Config
	pages pages
}

// New makes a portal.
func New(cfg Config) *Portal {
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	return &Portal{Config: cfg, pages: parsePages(cfg.Zone)}
}

// Routes adds the portal's pages; r is mounted at web.PortalPrefix.
func (p *Portal) Routes(r fiber.Router) {
	r.Get("/:token", p.showStatus)
	r.Get("/:token/consent", p.showConsent)
	r.Get("/:token/selfie", p.showSelfie)
	r.Post("/:token/selfie", p.enrol)
	r.Get("/:token/withdraw", p.confirmWithdraw)
	r.Post("/:token/withdraw", p.withdraw)
}
