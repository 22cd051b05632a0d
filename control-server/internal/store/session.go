package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// PutSession stores an operator's session under the hash of its token.
func (tx *Tx) PutSession(tokenHash []byte, operator string, expires time.Time) error {
	_, err := tx.exec("put session",
		`INSERT INTO sessions (token_hash, operator, expires) VALUES (?,?,?)`,
		tokenHash, operator, stamp(expires))
	return breach(err, nil, notFound("operator", operator))
}

// Session returns whose session it is. An expired one is not found.
func (tx *Tx) Session(tokenHash []byte) (op checkin.Operator, err error) {
	missing := checkin.Errorf(checkin.CodeNotFound, "the session is unknown or has expired")
	err = tx.row("read session", missing,
		`SELECT o.id, o.name, o.created FROM sessions s JOIN operators o ON o.id = s.operator
		 WHERE s.token_hash = ? AND s.expires > ?`, tokenHash, stamp(tx.now),
	)(&op.ID, &op.Name, stamped{&op.Created})
	return op, err
}

// DeleteSession ends a session. One that is not there has ended already.
func (tx *Tx) DeleteSession(tokenHash []byte) error {
	_, err := tx.exec("delete session", `DELETE FROM sessions WHERE token_hash = ?`, tokenHash)
	return err
}

// DeleteExpiredSessions tidies up what no longer counts.
func (tx *Tx) DeleteExpiredSessions() error {
	_, err := tx.exec("delete expired sessions", `DELETE FROM sessions WHERE expires <= ?`, stamp(tx.now))
	return err
}
