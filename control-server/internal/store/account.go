package store

import (
	"context"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// The methods of DB below are single transactions, for a caller that knows no
// Tx: logging in, API keys and pairing need no more.

// PutOperator is Tx.PutOperator in a transaction of its own.
func (db *DB) PutOperator(ctx context.Context, op checkin.Operator, password string) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.PutOperator(op, password) })
}

// OperatorByName is Tx.OperatorByName in a transaction of its own.
func (db *DB) OperatorByName(ctx context.Context, name string) (op checkin.Operator, password string, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		op, password, err = tx.OperatorByName(name)
		return err
	})
	return op, password, err
}

// PutSession is Tx.PutSession in a transaction of its own, which also deletes
// expired sessions: there are never more than were begun in one lifetime.
func (db *DB) PutSession(ctx context.Context, tokenHash []byte, operator string, expires time.Time) error {
	return db.Update(ctx, func(tx *Tx) error {
		if err := tx.DeleteExpiredSessions(); err != nil {
			return err
		}
		return tx.PutSession(tokenHash, operator, expires)
	})
}

// Session is Tx.Session in a transaction of its own.
func (db *DB) Session(ctx context.Context, tokenHash []byte) (op checkin.Operator, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		op, err = tx.Session(tokenHash)
		return err
	})
	return op, err
}

// DeleteSession is Tx.DeleteSession in a transaction of its own.
func (db *DB) DeleteSession(ctx context.Context, tokenHash []byte) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.DeleteSession(tokenHash) })
}

// PutKey is Tx.PutKey in a transaction of its own.
func (db *DB) PutKey(ctx context.Context, id, name string, hash []byte) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.PutKey(id, name, hash) })
}

// KeyByHash is Tx.KeyByHash in a transaction of its own.
func (db *DB) KeyByHash(ctx context.Context, hash []byte) (name string, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		name, err = tx.KeyByHash(hash)
		return err
	})
	return name, err
}

// PutPairing is Tx.PutPairing in a transaction of its own.
func (db *DB) PutPairing(ctx context.Context, codeHash []byte, gate checkin.GateID, expires time.Time) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.PutPairing(codeHash, gate, expires) })
}

// UsePairing is Tx.UsePairing in a transaction of its own.
func (db *DB) UsePairing(ctx context.Context, codeHash []byte, nkey, xkey string) (gate checkin.Gate, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		gate, err = tx.UsePairing(codeHash, nkey, xkey)
		return err
	})
	return gate, err
}
