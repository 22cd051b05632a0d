package lane

import (
	"context"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// What the driver of a lane needs from the outside. The packages that talk to
// the world implement these.

// Barrier is the turnstile's board.
type Barrier interface {
	// Release energises the barrier for one person. It returns once the bytes
	// are on the wire.
	Release(ctx context.Context, pulse time.Duration) error
}

// Claims gives out the one use of a credential.
type Claims interface {
	// Claim takes the credential's use. When another admission holds it, won is
	// false and holder says which. An error means that nobody could be asked.
	Claim(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) (won bool, holder wire.Claim, err error)
	// Confirm makes the claim final.
	Confirm(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error
	// GiveBack frees the credential, because nobody passed.
	GiveBack(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error
}
