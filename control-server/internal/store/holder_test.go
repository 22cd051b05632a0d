package store

import (
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func TestHolderIsOnePerPlatformID(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	update(t, db, func(tx *Tx) error {
		again := holder(1)
		again.ID = "another"
		got, err := tx.PutHolder(again)
		equal(t, "holder", got, holder(1))
		return err
	})
	view(t, db, func(tx *Tx) error {
		got, err := tx.Holder("gala", "h1")
		must(t, err)
		equal(t, "holder", got, holder(1))
		got, err = tx.HolderByPlatformID("gala", "order-1")
		equal(t, "holder", got, holder(1))
		return err
	})
}

func TestHolderRefusals(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	refuse(t, db, checkin.CodeNotFound, `event "other" is unknown`, func(tx *Tx) error {
		h := holder(2)
		h.Event = "other"
		_, err := tx.PutHolder(h)
		return err
	})
	refuse(t, db, checkin.CodeConflict, `holder "h1" exists`, func(tx *Tx) error {
		h := holder(1)
		h.PlatformID = "order-2"
		_, err := tx.PutHolder(h)
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `holder "h1" is unknown`, func(tx *Tx) error {
		_, err := tx.Holder("other", "h1")
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `platform id "order-9" is unknown`, func(tx *Tx) error {
		_, err := tx.HolderByPlatformID("gala", "order-9")
		return err
	})
}

func credential(n int, of checkin.HolderID) checkin.Credential {
	return checkin.Credential{
		ID: checkin.CredentialID(rune('a' + n)), Holder: of,
		ValidFrom: start.Add(time.Duration(n) * time.Minute), ValidUntil: start.Add(time.Hour),
	}
}

func TestCredentials(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 2)
	update(t, db, func(tx *Tx) error {
		must(t, tx.PutCredential("gala", credential(2, "h1"), []byte("hash-2"), []byte("sealed")))
		return tx.PutCredential("gala", credential(1, "h1"), []byte("hash-1"), []byte("sealed"))
	})
	extended := credential(1, "h1")
	extended.ValidUntil = extended.ValidUntil.Add(time.Hour)
	update(t, db, func(tx *Tx) error { return tx.PutCredential("gala", extended, []byte("hash-1"), []byte("sealed anew")) })
	view(t, db, func(tx *Tx) error {
		all, err := tx.Credentials("h1")
		must(t, err)
		equal(t, "credentials", len(all), 2)
		equal(t, "first", all[0], extended)
		equal(t, "second", all[1], credential(2, "h1"))
		got, err := tx.CredentialByHash("gala", []byte("hash-1"))
		equal(t, "by hash", got, extended)
		return err
	})
	for name, c := range map[string]checkin.Credential{
		"the ticket of another holder":     credential(3, "h2"),
		"the credential of another holder": credential(1, "h2"),
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, db, checkin.CodeConflict, "tickets: ", func(tx *Tx) error {
				return tx.PutCredential("gala", c, []byte("hash-1"), []byte("sealed"))
			})
		})
	}
	refuse(t, db, checkin.CodeNotFound, `holder "h9"`, func(tx *Tx) error {
		return tx.PutCredential("gala", credential(4, "h9"), []byte("hash-4"), []byte("sealed"))
	})
	refuse(t, db, checkin.CodeNotFound, "ticket is unknown", func(tx *Tx) error {
		_, err := tx.CredentialByHash("other", []byte("hash-1"))
		return err
	})
}

func TestConsentWithdrawnStaysWithdrawn(t *testing.T) {
	db, clock := open(t)
	withHolders(t, db, 1)
	view(t, db, func(tx *Tx) error {
		got, err := tx.ActiveConsent("h1")
		equal(t, "consent", got, consent)
		return err
	})
	clock.advance(time.Minute)
	update(t, db, func(tx *Tx) error { return tx.WithdrawConsents("h1", tx.Now()) })
	refuse(t, db, checkin.CodeNotFound, `holder "h1" has given no consent`, func(tx *Tx) error {
		must(t, tx.PutConsent("gala", "h1", consent)) // a platform repeats its push
		_, err := tx.ActiveConsent("h1")
		return err
	})
	update(t, db, func(tx *Tx) error { // a new act
		again := consent
		again.Given = tx.Now()
		must(t, tx.PutConsent("gala", "h1", again))
		got, err := tx.ActiveConsent("h1")
		equal(t, "consent", got, again)
		return err
	})
	refuse(t, db, checkin.CodeNotFound, `holder "h9"`, func(tx *Tx) error { return tx.PutConsent("gala", "h9", consent) })
}
