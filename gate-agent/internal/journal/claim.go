package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Claim takes a credential's one use among the lanes of this agent: the first
// wins, and everyone else is told who holds it. It is used alone when the bus
// cannot be reached, and before the bus so that what was claimed online is
// still known offline and after a restart. Claiming again for the same admission
// wins again. An unconfirmed claim yields to one that is ClaimExpiry younger.
func (j *Journal) Claim(ctx context.Context, event checkin.EventID, credential checkin.CredentialID, c wire.Claim) (won bool, holder wire.Claim, err error) {
	var result struct { // apart from the named results: a write can outlive ctx
		won    bool
		holder wire.Claim
	}
	err = j.write(ctx, func(tx *sql.Tx) (int64, error) {
		held, found, err := readClaim(tx, event, credential)
		if err != nil {
			return 0, err
		}
		expired := !held.Confirmed && c.At.Sub(held.At) > j.config.ClaimExpiry
		if found && held.Admission != c.Admission && !expired {
			result.won, result.holder = false, held
			return 0, nil
		}
		if found && held.Admission == c.Admission {
			c.Confirmed = c.Confirmed || held.Confirmed
		}
		result.won, result.holder = true, c
		if err := putClaim(tx, event, credential, c); err != nil || c.Confirmed {
			return 0, err
		}
		return 0, dropSettlement(tx, event, credential, c.Admission) // it has not ended after all
	})
	if err != nil {
		return false, wire.Claim{}, fmt.Errorf("claim credential %s: %w", credential, err)
	}
	return result.won, result.holder, nil
}

// ConfirmClaim makes the admission's claim permanent, and a Settlement: somebody
// passed. Without such a claim it changes nothing.
func (j *Journal) ConfirmClaim(ctx context.Context, event checkin.EventID, credential checkin.CredentialID, a checkin.AdmissionID) error {
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		held, found, err := readClaim(tx, event, credential)
		if err != nil || !found || held.Admission != a {
			return 0, err
		}
		held.Confirmed = true
		if err := putClaim(tx, event, credential, held); err != nil {
			return 0, err
		}
		return 0, putSettlement(tx, event, credential, held)
	})
	if err != nil {
		return fmt.Errorf("confirm claim of credential %s: %w", credential, err)
	}
	return nil
}

// ReleaseClaim gives the credential back, and makes that a Settlement: nobody
// passed. A confirmed claim, or another admission's, stays.
func (j *Journal) ReleaseClaim(ctx context.Context, event checkin.EventID, credential checkin.CredentialID, a checkin.AdmissionID) error {
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		held, found, err := readClaim(tx, event, credential)
		if err != nil || !found || held.Admission != a || held.Confirmed {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM claim WHERE event = ? AND credential = ?`, string(event), string(credential)); err != nil {
			return 0, err
		}
		return 0, putSettlement(tx, event, credential, held)
	})
	if err != nil {
		return fmt.Errorf("release claim of credential %s: %w", credential, err)
	}
	return nil
}

func readClaim(tx *sql.Tx, event checkin.EventID, credential checkin.CredentialID) (c wire.Claim, found bool, err error) {
	var body []byte
	err = tx.QueryRow(`SELECT body FROM claim WHERE event = ? AND credential = ?`, string(event), string(credential)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	c, err = wire.Decode[wire.Claim](body)
	return c, true, err
}

func putClaim(tx *sql.Tx, event checkin.EventID, credential checkin.CredentialID, c wire.Claim) error {
	_, err := tx.Exec(`INSERT INTO claim (event, credential, body) VALUES (?1, ?2, ?3)
		ON CONFLICT (event, credential) DO UPDATE SET body = ?3`, string(event), string(credential), wire.Encode(c))
	return err
}
