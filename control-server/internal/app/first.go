package app

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/openstile/stile/control-server/internal/store"
)

// Administrator is the name of the operator that the first start makes.
const Administrator = "admin"

// FirstStart makes the administrator when there is no operator yet, and returns
// the password, which is stored only as a hash. Otherwise it is empty.
func (d *Data) FirstStart(ctx context.Context) (password string, err error) {
	var operators int
	err = d.DB.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Operators()
		operators = len(all)
		return err
	})
	if err != nil || operators > 0 {
		return "", err
	}
	password = strings.ToLower(rand.Text())
	if _, err := d.Auth.CreateOperator(ctx, Administrator, password); err != nil {
		return "", err
	}
	return password, nil
}
