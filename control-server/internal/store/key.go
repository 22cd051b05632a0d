package store

import "github.com/openstile/stile/shared/checkin"

// PutKey stores the hash of a new API key. A name that is taken is a conflict.
func (tx *Tx) PutKey(id, name string, hash []byte) error {
	_, err := tx.exec("put API key",
		`INSERT INTO api_keys (id, name, hash, created) VALUES (?,?,?,?)`, id, name, hash, stamp(tx.now))
	return breach(err, conflict("name", "API key %q exists", name), nil)
}

// KeyByHash returns the name of the API key with that hash.
func (tx *Tx) KeyByHash(hash []byte) (name string, err error) {
	missing := checkin.Errorf(checkin.CodeNotFound, "the API key is unknown")
	err = tx.row("read API key", missing, `SELECT name FROM api_keys WHERE hash = ?`, hash)(&name)
	return name, err
}
