package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// PutConsent records a holder's consent. The same record again changes nothing:
// one that was withdrawn stays withdrawn, and only a new act gives a new
// consent.
func (tx *Tx) PutConsent(event checkin.EventID, holder checkin.HolderID, c checkin.Consent) error {
	_, err := tx.exec("put consent",
		`INSERT INTO consents (event, holder, text_version, text_hash, language, channel, given, withdrawn)
		 VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (holder, given, channel, text_hash, language) DO NOTHING`,
		event, holder, c.TextVersion, c.TextHash, c.Language, c.Channel, stamp(c.Given), stamp(c.Withdrawn))
	return breach(err, nil, notFound("holder", holder))
}

// ActiveConsent returns the holder's newest consent that is not withdrawn.
func (tx *Tx) ActiveConsent(holder checkin.HolderID) (c checkin.Consent, err error) {
	missing := checkin.Errorf(checkin.CodeNotFound, "holder %q has given no consent, or withdrew it", holder)
	err = tx.row("read consent", missing,
		`SELECT text_version, text_hash, language, channel, given, withdrawn FROM consents
		 WHERE holder = ? AND withdrawn IS NULL ORDER BY given DESC, seq DESC LIMIT 1`, holder,
	)(&c.TextVersion, &c.TextHash, &c.Language, &c.Channel, stamped{&c.Given}, stamped{&c.Withdrawn})
	return c, err
}

// LastWithdrawal returns when the holder last withdrew; zero for never.
func (tx *Tx) LastWithdrawal(holder checkin.HolderID) (at time.Time, err error) {
	err = tx.row("read withdrawals", nil, `SELECT max(withdrawn) FROM consents WHERE holder = ?`, holder)(stamped{&at})
	return at, err
}

// WithdrawConsents withdraws every consent that the holder has given. The
// caller ends the enrolment in the same transaction.
func (tx *Tx) WithdrawConsents(holder checkin.HolderID, at time.Time) error {
	_, err := tx.exec("withdraw consents",
		`UPDATE consents SET withdrawn = ? WHERE holder = ? AND withdrawn IS NULL`, stamp(at), holder)
	return err
}
