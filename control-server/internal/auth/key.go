package auth

import (
	"context"
	"fmt"
	"strings"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// keyPrefix lets people and scanners for leaked secrets know an API key when
// they see one.
const keyPrefix = "stile_"

// CreateKey makes an API key. The secret is returned this once and kept nowhere.
// A name that is taken is CodeConflict.
func (a *Auth) CreateKey(ctx context.Context, name string) (secret string, err error) {
	if name != strings.TrimSpace(name) || name == "" || len(name) > 64 {
		return "", checkin.Invalid("name", "%q is not 1 to 64 bytes without spaces around them", name)
	}
	secret = keyPrefix + newSecret()
	if err := a.store.PutKey(ctx, wire.NewID[string](), name, hashSecret(secret)); err != nil {
		return "", fmt.Errorf("create API key: %w", err)
	}
	return secret, nil
}

// CheckKey returns the name of the API key with that secret.
func (a *Auth) CheckKey(ctx context.Context, secret string) (name string, err error) {
	name, err = a.store.KeyByHash(ctx, hashSecret(secret))
	if err != nil {
		return "", unauthorised(err, "the API key is not valid")
	}
	return name, nil
}
