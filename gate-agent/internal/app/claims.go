package app

import (
	"context"

	"github.com/openstile/stile/gate-agent/internal/journal"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// busClaims are the claims that all gates share. The uplink is built after the
// lanes, because it tells the server about them.
type busClaims struct{ app *App }

// localClaims are those of this gate alone.
type localClaims struct{ journal *journal.Journal }

var (
	_ lane.Claims = busClaims{}
	_ lane.Claims = localClaims{}
)

func (b busClaims) Claim(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) (bool, wire.Claim, error) {
	return b.app.uplink.Claim(ctx, event, id, c)
}

func (b busClaims) Confirm(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	return b.app.uplink.Confirm(ctx, event, id, c)
}

func (b busClaims) GiveBack(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	return b.app.uplink.GiveBack(ctx, event, id, c)
}

func (l localClaims) Claim(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) (bool, wire.Claim, error) {
	return l.journal.Claim(ctx, event, id, c)
}

func (l localClaims) Confirm(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	return l.journal.ConfirmClaim(ctx, event, id, c.Admission)
}

func (l localClaims) GiveBack(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	return l.journal.ReleaseClaim(ctx, event, id, c.Admission)
}
