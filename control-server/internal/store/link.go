package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// PutLink stores the hash of the token in a holder's personal portal link.
func (tx *Tx) PutLink(tokenHash []byte, event checkin.EventID, holder checkin.HolderID, expires time.Time) error {
	_, err := tx.exec("put portal link",
		`INSERT INTO portal_links (token_hash, event, holder, expires) VALUES (?,?,?,?)`,
		tokenHash, event, holder, stamp(expires))
	return breach(err, nil, notFound("holder", holder))
}

// LinkByHash returns whose portal link it is. An expired one is not found.
func (tx *Tx) LinkByHash(tokenHash []byte) (event checkin.EventID, holder checkin.HolderID, err error) {
	missing := checkin.Errorf(checkin.CodeNotFound, "the link is unknown or has expired")
	err = tx.row("read portal link", missing,
		`SELECT event, holder FROM portal_links WHERE token_hash = ? AND expires > ?`,
		tokenHash, stamp(tx.now))(&event, &holder)
	return event, holder, err
}
