package auth_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/auth"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
)

var _ auth.Store = (*store.DB)(nil)

const password = "correct horse battery"

// venue is an Auth over a real database, with a clock that moves when told.
type venue struct {
	*auth.Auth
	db *store.DB

	mu sync.Mutex
	at time.Time
}

func (v *venue) now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.at
}

func (v *venue) advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.at = v.at.Add(d)
}

func open(t *testing.T) *venue {
	t.Helper()
	v := &venue{at: time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)}
	db, err := store.Open(filepath.Join(t.TempDir(), "stile.db"), v.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	v.db, v.Auth = db, auth.New(db, v.now)
	return v
}

func (v *venue) withAda(t *testing.T) {
	t.Helper()
	if _, err := v.CreateOperator(t.Context(), "Ada", password); err != nil {
		t.Fatal(err)
	}
}

// expect checks an error's code and a part of its message; no code is success.
func expect(t *testing.T, what string, err error, code checkin.Code, message string) {
	t.Helper()
	switch {
	case code == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case code != "" && (err == nil || checkin.ErrorCode(err) != code || !strings.Contains(err.Error(), message)):
		t.Errorf("%s: got %v, want %s: …%s…", what, err, code, message)
	}
}

func TestCreateOperator(t *testing.T) {
	v := open(t)
	v.withAda(t)
	for _, tc := range []struct {
		what, name, password string
		code                 checkin.Code
		message              string
	}{
		{"another", "Bob", password, "", ""},
		{"taken", "ada", password, checkin.CodeConflict, `operator "ada" exists`},
		{"no name", "", password, checkin.CodeInvalid, "name: "},
		{"spaces", " Eve", password, checkin.CodeInvalid, `name: " Eve"`},
		{"short password", "Eve", "elevenchars", checkin.CodeInvalid, "password: needs at least 12"},
		{"endless password", "Eve", strings.Repeat("x", 257), checkin.CodeInvalid, "password: "},
	} {
		_, err := v.CreateOperator(t.Context(), tc.name, tc.password)
		expect(t, tc.what, err, tc.code, tc.message)
	}
}

func TestLoginGivesOnlyOneAnswer(t *testing.T) {
	v := open(t)
	v.withAda(t)
	for _, tc := range []struct{ what, name, password string }{
		{"wrong password", "Ada", "correct horse batterz"},
		{"no password", "Ada", ""},
		{"endless password", "Ada", strings.Repeat("x", 1<<20)},
		{"unknown name", "Bob", password},
		{"no name", "", password},
	} {
		token, _, err := v.Login(t.Context(), tc.name, tc.password, "10.0.0.1")
		if err == nil || err.Error() != "the name or the password is wrong" || checkin.ErrorCode(err) != checkin.CodeUnauthorised || token != "" {
			t.Errorf("%s: got %q, %v", tc.what, token, err)
		}
	}
}

func TestSession(t *testing.T) {
	v := open(t)
	v.withAda(t)
	login := func() string {
		token, op, err := v.Login(t.Context(), "ada", password, "10.0.0.1")
		if err != nil || op.Name != "Ada" {
			t.Fatalf("got %v, %v", op, err)
		}
		return token
	}
	session := func(token string) error {
		op, err := v.Operator(t.Context(), token)
		if err == nil && op.Name != "Ada" {
			t.Errorf("the session is %q's", op.Name)
		}
		return err
	}
	one, two := login(), login()
	if one == two {
		t.Error("two sessions have one token")
	}
	expect(t, "fresh", session(one), "", "")
	expect(t, "logout", v.Logout(t.Context(), one), "", "")
	expect(t, "logout again", v.Logout(t.Context(), one), "", "")
	expect(t, "after logout", session(one), checkin.CodeUnauthorised, "log in first")
	expect(t, "the other", session(two), "", "")
	expect(t, "no token", session(""), checkin.CodeUnauthorised, "log in first")
	v.advance(auth.SessionLife)
	expect(t, "expired", session(two), checkin.CodeUnauthorised, "log in first")
}

func TestGuessingIsThrottled(t *testing.T) {
	v := open(t)
	v.withAda(t)
	attempt := func(name, password, source string) error {
		_, _, err := v.Login(t.Context(), name, password, source)
		return err
	}
	for range 20 { // success costs nothing
		expect(t, "right", attempt("Ada", password, "10.0.0.1"), "", "")
	}
	for range 10 {
		expect(t, "wrong", attempt("Ada", "wrong", "10.0.0.2"), checkin.CodeUnauthorised, "password is wrong")
	}
	expect(t, "one more", attempt("ADA", password, "10.0.0.2"), checkin.CodeUnauthorised, "too many attempts")
	expect(t, "from elsewhere", attempt("Ada", password, "10.0.0.3"), "", "")
	v.advance(10 * time.Second)
	expect(t, "later", attempt("Ada", password, "10.0.0.2"), "", "")
}

func TestGuessingAtManyNamesIsThrottled(t *testing.T) {
	v := open(t)
	v.withAda(t)
	attempt := func(name, source string) error {
		_, _, err := v.Login(t.Context(), name, password, source)
		return err
	}
	for i := range 50 {
		expect(t, "wrong", attempt(fmt.Sprint("bob", i), "10.0.0.2"), checkin.CodeUnauthorised, "password is wrong")
	}
	expect(t, "one more", attempt("Ada", "10.0.0.2"), checkin.CodeUnauthorised, "too many attempts")
	expect(t, "from elsewhere", attempt("Ada", "10.0.0.3"), "", "")
	v.advance(time.Second)
	expect(t, "later", attempt("Ada", "10.0.0.2"), "", "")
}

func TestKeys(t *testing.T) {
	v := open(t)
	secret, err := v.CreateKey(t.Context(), "shop")
	expect(t, "create", err, "", "")
	if !strings.HasPrefix(secret, "stile_") || len(secret) != len("stile_")+52 {
		t.Errorf("secret has %d characters", len(secret))
	}
	name, err := v.CheckKey(t.Context(), secret)
	expect(t, "check", err, "", "")
	if name != "shop" {
		t.Errorf("got %q", name)
	}
	for _, wrong := range []string{"", "stile_", secret + "a", strings.TrimPrefix(secret, "stile_")} {
		_, err := v.CheckKey(t.Context(), wrong)
		expect(t, "wrong key", err, checkin.CodeUnauthorised, "the API key is not valid")
	}
	_, err = v.CreateKey(t.Context(), "shop")
	expect(t, "taken", err, checkin.CodeConflict, `API key "shop" exists`)
	_, err = v.CreateKey(t.Context(), "")
	expect(t, "no name", err, checkin.CodeInvalid, "name: ")
}

// A store that fails is not mistaken for a wrong secret.
func TestFailingStoreIsNotUnauthorised(t *testing.T) {
	v := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.CheckKey(ctx, "stile_x")
	expect(t, "key", err, checkin.CodeInternal, "context canceled")
	_, err = v.Operator(ctx, "token")
	expect(t, "session", err, checkin.CodeInternal, "context canceled")
	_, _, err = v.Login(ctx, "Ada", password, "10.0.0.1")
	expect(t, "login", err, checkin.CodeInternal, "context canceled")
}

func TestPairing(t *testing.T) {
	v := open(t)
	err := v.db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.PutGate(checkin.Gate{ID: "north", Name: "North", Created: tx.Now()})
	})
	expect(t, "gate", err, "", "")
	id, err := seal.NewIdentity()
	expect(t, "identity", err, "", "")
	newCode := func() string {
		code, expires, err := v.NewPairingCode(t.Context(), "north")
		expect(t, "new code", err, "", "")
		if len(code) != 9 || code[4] != '-' || !expires.Equal(v.now().Add(auth.PairingLife)) {
			t.Errorf("code has %d characters and expires %s", len(code), expires)
		}
		return code
	}
	use := func(code string) error {
		gate, err := v.UsePairingCode(t.Context(), code, id.NKey(), id.XKey())
		if err == nil && (gate.ID != "north" || gate.NKey != id.NKey() || gate.XKey != id.XKey()) {
			t.Errorf("got %+v", gate)
		}
		return err
	}

	code := newCode()
	_, err = v.UsePairingCode(t.Context(), code, "not a key", id.XKey())
	expect(t, "bad key", err, checkin.CodeInvalid, `nkey "not a key"`)
	expect(t, "empty code", use(""), checkin.CodeForbidden, "pairing code is wrong")
	sloppy := " " + strings.ToLower(strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(code))
	expect(t, "typed by a human", use(sloppy), "", "")
	expect(t, "used", use(code), checkin.CodeForbidden, "pairing code is wrong")
	code = newCode()
	v.advance(auth.PairingLife)
	expect(t, "expired", use(code), checkin.CodeForbidden, "pairing code is wrong")
	_, _, err = v.NewPairingCode(t.Context(), "south")
	expect(t, "unknown gate", err, checkin.CodeNotFound, `gate "south" is unknown`)
}
