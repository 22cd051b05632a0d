package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// PutPairing stores the hash of a gate's new pairing code. A gate has one code:
// an older one is void.
func (tx *Tx) PutPairing(codeHash []byte, gate checkin.GateID, expires time.Time) error {
	_, err := tx.exec("put pairing code",
		`INSERT INTO pairings (code_hash, gate, expires) VALUES (?,?,?)
		 ON CONFLICT (gate) DO UPDATE SET code_hash = excluded.code_hash, expires = excluded.expires`,
		codeHash, gate, stamp(expires))
	return breach(err, conflict("code", "is in use: make another"), notFound("gate", gate))
}

// UsePairing uses a code up and gives its gate the public keys that came with
// it. A code that is unknown, expired or used before is CodeForbidden, and the
// caller is not told which.
func (tx *Tx) UsePairing(codeHash []byte, nkey, xkey string) (checkin.Gate, error) {
	var id checkin.GateID
	refused := checkin.Errorf(checkin.CodeForbidden, "the pairing code is wrong, expired or used")
	err := tx.row("use pairing code", refused,
		`DELETE FROM pairings WHERE code_hash = ? AND expires > ? RETURNING gate`, codeHash, stamp(tx.now))(&id)
	if err != nil {
		return checkin.Gate{}, err
	}
	err = tx.changeGate("pair gate", id,
		`UPDATE gates SET nkey = ?, xkey = ?, paired = ?, revoked = NULL WHERE id = ?`,
		nkey, xkey, stamp(tx.now), id)
	if err != nil {
		return checkin.Gate{}, breach(err, conflict("nkey", "belongs to another gate"), nil)
	}
	return tx.Gate(id)
}
