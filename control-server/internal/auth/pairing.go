package auth

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
)

// PairingLife is how long a pairing code works. Its 40 random bits are far too
// many to guess in that time.
const PairingLife = 15 * time.Minute

// Crockford's base 32 has no letter that can be misread, so a code can be called
// across a hall.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

var misread = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1")

// NewPairingCode makes a gate's pairing code, like 7K2M-9QXD, and voids the one
// before.
func (a *Auth) NewPairingCode(ctx context.Context, gate checkin.GateID) (code string, expires time.Time, err error) {
	var b [5]byte
	rand.Read(b[:])
	code = crockford.EncodeToString(b[:])
	expires = a.now().Add(PairingLife)
	if err := a.store.PutPairing(ctx, hashSecret(code), gate, expires); err != nil {
		return "", time.Time{}, fmt.Errorf("make pairing code: %w", err)
	}
	return code[:4] + "-" + code[4:], expires, nil
}

// UsePairingCode makes the public keys those of the code's gate. Keys that are
// none are CodeInvalid; a code that is wrong, expired or used is CodeForbidden.
// However the code is typed, with small letters, without its hyphen or with an O
// for a zero, it is the same code.
func (a *Auth) UsePairingCode(ctx context.Context, code, nkey, xkey string) (checkin.Gate, error) {
	if err := seal.CheckPublic(nkey, xkey); err != nil {
		return checkin.Gate{}, checkin.Errorf(checkin.CodeInvalid, "%v", err)
	}
	gate, err := a.store.UsePairing(ctx, hashSecret(normaliseCode(code)), nkey, xkey)
	if err != nil {
		return checkin.Gate{}, fmt.Errorf("pair gate: %w", err)
	}
	return gate, nil
}

func normaliseCode(code string) string {
	return misread.Replace(strings.ToUpper(code))
}
