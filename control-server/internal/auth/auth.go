// Package auth says who is asking: operators with passwords and sessions,
// platforms with API keys, gates with pairing codes. It knows neither HTTP nor
// SQL. What it cannot vouch for is a checkin.Error of CodeUnauthorised that does
// not tell which part was wrong.
package auth

import (
	"context"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Store keeps what auth needs to remember. Secrets reach it only as hashes. What
// is not there is a checkin.Error of CodeNotFound.
type Store interface {
	Operators
	Sessions
	Keys
	Pairings
}

// Operators keeps operators and the hashes of their passwords.
type Operators interface {
	PutOperator(ctx context.Context, op checkin.Operator, password string) error
	OperatorByName(ctx context.Context, name string) (op checkin.Operator, password string, err error)
}

// Sessions keeps sessions until they expire.
type Sessions interface {
	PutSession(ctx context.Context, tokenHash []byte, operator string, expires time.Time) error
	Session(ctx context.Context, tokenHash []byte) (checkin.Operator, error)
	DeleteSession(ctx context.Context, tokenHash []byte) error
}

// Keys keeps API keys.
type Keys interface {
	PutKey(ctx context.Context, id, name string, hash []byte) error
	KeyByHash(ctx context.Context, hash []byte) (name string, err error)
}

// Pairings keeps pairing codes. UsePairing uses a code up and gives its gate the
// keys, both or neither; a code that does not work is CodeForbidden.
type Pairings interface {
	PutPairing(ctx context.Context, codeHash []byte, gate checkin.GateID, expires time.Time) error
	UsePairing(ctx context.Context, codeHash []byte, nkey, xkey string) (checkin.Gate, error)
}

// Auth checks identities. It is safe for concurrent use.
type Auth struct {
	store   Store
	now     func() time.Time
	guesses *throttle // by source and name
	sources *throttle
}

// New makes an Auth whose time is now.
func New(store Store, now func() time.Time) *Auth {
	return &Auth{
		store: store,
		now:   now,
		// Ten guesses at a name from one source, then six a minute: no burden
		// on fingers that slip. A venue's staff share one address, so a source
		// gets more over all names. A name by itself has no limit, or any
		// stranger could lock its owner out. Guesses from many sources do add
		// up, but hashing two at a time holds them to a few hundred a second,
		// and at that rate even minPassword random small letters take millions
		// of years.
		guesses: newThrottle(10, 10*time.Second),
		sources: newThrottle(50, time.Second),
	}
}

// unauthorised replaces the store's "not found", so that nobody learns what is
// there. Any other failure passes.
func unauthorised(err error, message string) error {
	if checkin.ErrorCode(err) == checkin.CodeNotFound {
		return checkin.Errorf(checkin.CodeUnauthorised, "%s", message)
	}
	return err
}
