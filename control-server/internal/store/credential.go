package store

import "github.com/openstile/stile/shared/checkin"

const credentialColumns = `id, holder, valid_from, valid_until`

func scanCredential(s scan) (c checkin.Credential, err error) {
	err = s(&c.ID, &c.Holder, stamped{&c.ValidFrom}, stamped{&c.ValidUntil})
	return c, err
}

// PutCredential stores a credential with the keyed hash of its ticket and its
// sealed gallery entry. A credential that the holder already has gets the new
// window, hash and entry. A ticket is one credential's: the hash of another is
// a conflict about "tickets", so a caller that may be repeating itself asks
// CredentialByHash first.
func (tx *Tx) PutCredential(event checkin.EventID, c checkin.Credential, hash, sealed []byte) error {
	taken := conflict("tickets", "a ticket belongs to another credential of event %q", event)
	n, err := tx.exec("put credential",
		`INSERT INTO credentials (id, event, holder, valid_from, valid_until, ticket_hash, sealed) VALUES (?,?,?,?,?,?,?)
		 ON CONFLICT (id) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until,
		   ticket_hash = excluded.ticket_hash, sealed = excluded.sealed
		 WHERE event = excluded.event AND holder = excluded.holder`,
		c.ID, event, c.Holder, stamp(c.ValidFrom), stamp(c.ValidUntil), hash, sealed)
	if err == nil && n == 0 {
		err = taken
	}
	return breach(err, taken, notFound("holder", c.Holder))
}

// Credentials returns what a holder is entitled by, the earliest first.
func (tx *Tx) Credentials(holder checkin.HolderID) ([]checkin.Credential, error) {
	return list(tx, "read credentials", scanCredential,
		`SELECT `+credentialColumns+` FROM credentials WHERE holder = ? ORDER BY valid_from, id`, holder)
}

// CredentialByHash returns the credential of the ticket with that keyed hash.
func (tx *Tx) CredentialByHash(event checkin.EventID, hash []byte) (checkin.Credential, error) {
	missing := checkin.Errorf(checkin.CodeNotFound, "the ticket is unknown at event %q", event)
	return scanCredential(tx.row("read credential", missing,
		`SELECT `+credentialColumns+` FROM credentials WHERE event = ? AND ticket_hash = ?`, event, hash))
}
