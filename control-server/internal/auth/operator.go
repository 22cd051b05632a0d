package auth

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// SessionLife is how long a session lasts: the longest day of an event.
const SessionLife = 16 * time.Hour

// Bounds of a password. The lower one makes guessing through Login hopeless, the
// upper one keeps hashing cheap.
const (
	minPassword = 12  // characters
	maxPassword = 256 // bytes
)

const wrongLogin = "the name or the password is wrong"

// CreateOperator adds an operator. A bad name or password is CodeInvalid, a name
// that is taken CodeConflict.
func (a *Auth) CreateOperator(ctx context.Context, name, password string) (checkin.Operator, error) {
	if name != strings.TrimSpace(name) || name == "" || len(name) > 64 {
		return checkin.Operator{}, checkin.Invalid("name", "%q is not 1 to 64 bytes without spaces around them", name)
	}
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return checkin.Operator{}, checkin.Invalid("password", "needs at least %d characters and at most %d bytes", minPassword, maxPassword)
	}
	op := checkin.Operator{ID: wire.NewID[string](), Name: name, Created: a.now()}
	if err := a.store.PutOperator(ctx, op, hashPassword(password)); err != nil {
		return checkin.Operator{}, fmt.Errorf("create operator: %w", err)
	}
	return op, nil
}

// Login begins a session and returns its token. source is where the attempt
// comes from, such as an IP address. After too many failures a source is refused
// for a while, whatever the password: sooner with one name than over all. Other
// sources are not.
func (a *Auth) Login(ctx context.Context, name, password, source string) (token string, op checkin.Operator, err error) {
	giveBack, ok := a.take(name, source)
	if !ok {
		return "", op, checkin.Errorf(checkin.CodeUnauthorised, "too many attempts: try again in a minute")
	}
	op, hash, err := a.store.OperatorByName(ctx, name)
	known := err == nil
	if !known {
		if checkin.ErrorCode(err) != checkin.CodeNotFound {
			return "", checkin.Operator{}, fmt.Errorf("log in: %w", err)
		}
		hash = nobody() // as much work as for a name that exists
	}
	if !checkPassword(hash, password) || !known {
		return "", checkin.Operator{}, checkin.Errorf(checkin.CodeUnauthorised, wrongLogin)
	}
	giveBack()
	token = newSecret()
	if err := a.store.PutSession(ctx, hashSecret(token), op.ID, a.now().Add(SessionLife)); err != nil {
		return "", checkin.Operator{}, fmt.Errorf("log in: %w", err)
	}
	return token, op, nil
}

// take pays for an attempt in advance, so that guesses made at the same time
// count too. giveBack is for one that was no guess.
func (a *Auth) take(name, source string) (giveBack func(), ok bool) {
	now := a.now()
	guess := source + "\x00" + strings.ToLower(name)
	if !a.sources.take(source, now) || !a.guesses.take(guess, now) {
		return nil, false
	}
	return func() {
		a.sources.giveBack(source)
		a.guesses.giveBack(guess)
	}, true
}

// Operator returns whose session the token is.
func (a *Auth) Operator(ctx context.Context, token string) (checkin.Operator, error) {
	op, err := a.store.Session(ctx, hashSecret(token))
	if err != nil {
		return checkin.Operator{}, unauthorised(err, "log in first")
	}
	return op, nil
}

// Logout ends a session. One that is unknown has ended already.
func (a *Auth) Logout(ctx context.Context, token string) error {
	return a.store.DeleteSession(ctx, hashSecret(token))
}
