package enrol

import (
	"github.com/openstile/stile/control-server/internal/crowd"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// change is one push or withdrawal inside its transaction, and what the gallery
// must hear of it afterwards.
type change struct {
	tx     *store.Tx
	event  checkin.Event
	key    *seal.EventKey
	model  string
	dim    int
	actor  string
	holder checkin.Holder
	put    map[wire.EntryRef][]byte
	drop   []wire.EntryRef // faces only: a ticket stays

	// What the comparison with the others needs, and whether it gave anything.
	people  *people // nil: there is none yet
	trial   *crowd.Trial
	joins   checkin.EnrolmentID
	face    face.Vector // of joins
	settles bool        // with this change everybody has been compared
	shifted bool        // the crowd is another than the gates know
}

// holderFor finds the platform's holder or makes one.
func (c *change) holderFor(platformID string) (created bool, err error) {
	fresh := checkin.Holder{
		ID: wire.NewID[checkin.HolderID](), Event: c.event.ID, PlatformID: platformID, Created: c.tx.Now(),
	}
	if c.holder, err = c.tx.PutHolder(fresh); err != nil {
		return false, err
	}
	if c.holder.ID != fresh.ID {
		return false, nil
	}
	return true, c.tx.Audit(c.actor, "holder.push", string(fresh.ID))
}

// tickets adds those that are new and moves the window of those that are not.
func (c *change) tickets(tickets []checkin.Ticket) error {
	for _, t := range tickets {
		hash := c.key.TicketHash(t.Secret)
		cred := checkin.Credential{ID: wire.NewID[checkin.CredentialID](), Holder: c.holder.ID}
		known, err := c.tx.CredentialByHash(c.event.ID, hash[:])
		switch {
		case err == nil && known.Holder != c.holder.ID:
			return &checkin.Error{Code: checkin.CodeConflict, Field: "tickets", Message: "a ticket belongs to another holder"}
		case err == nil:
			cred = known
		case checkin.ErrorCode(err) != checkin.CodeNotFound:
			return err
		}
		from, until := t.Window(c.event)
		if err == nil && from.Equal(cred.ValidFrom) && until.Equal(cred.ValidUntil) {
			continue
		}
		cred.ValidFrom, cred.ValidUntil = from, until
		ref := wire.EntryRef{Kind: wire.EntryTicket, ID: string(cred.ID)}
		plain := wire.Encode(wire.TicketEntry{Credential: cred, SecretHash: hash[:]})
		sealed := c.key.Seal(plain, ref.AAD(c.event.ID))
		if err := c.tx.PutCredential(c.event.ID, cred, hash[:], sealed); err != nil {
			return err
		}
		c.put[ref] = sealed
	}
	return nil
}

// consent records an agreement. One that is older than the holder's withdrawal
// is refused: a repeated push must not undo what the holder decided since.
func (c *change) consent(given *checkin.Consent) error {
	if given == nil {
		return nil
	}
	withdrawn, err := c.tx.LastWithdrawal(c.holder.ID)
	if err != nil {
		return err
	}
	if !withdrawn.IsZero() && !given.Given.After(withdrawn) {
		return &checkin.Error{Code: checkin.CodeConflict, Field: "consent.given",
			Message: "the holder withdrew after this consent was given; a new one is needed"}
	}
	return c.tx.PutConsent(c.event.ID, c.holder.ID, *given)
}

// enrolment stores what the photo gave. A refused photo leaves an earlier
// template in its place.
func (c *change) enrolment(m *made) error {
	if m == nil {
		return nil
	}
	e := checkin.Enrolment{
		ID: wire.NewID[checkin.EnrolmentID](), Event: c.event.ID, Holder: c.holder.ID,
		State: checkin.EnrolmentRefused, Reasons: m.reasons, Created: c.tx.Now(),
	}
	if len(m.reasons) > 0 {
		return c.tx.PutEnrolment(e, nil)
	}
	active, err := c.tx.ActiveEnrolment(c.holder.ID)
	switch {
	case checkin.ErrorCode(err) == checkin.CodeNotFound:
	case err != nil:
		return err
	default:
		same, err := c.samePhoto(active.ID, m.template)
		if err != nil || same {
			return err
		}
		if err := c.tx.EndEnrolment(active.ID, checkin.EnrolmentReplaced, c.tx.Now()); err != nil {
			return err
		}
		c.drop = append(c.drop, faceRef(active.ID))
	}
	e.State, e.Model, e.Quality = checkin.EnrolmentActive, c.model, m.quality
	stored := face.Encode(m.template)
	defer clear(stored)
	sealed := sealFace(c.key, c.event.ID, e.ID, wire.FaceEntry{Holder: c.holder.ID, Model: c.model, Template: stored})
	if err := c.tx.PutEnrolment(e, sealed); err != nil {
		return err
	}
	c.put[faceRef(e.ID)] = sealed
	c.joins, c.face = e.ID, m.template
	return c.tx.Audit(c.actor, "enrolment.make", string(e.ID))
}
