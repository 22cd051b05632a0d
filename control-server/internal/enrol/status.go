package enrol

import (
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
)

func statusOf(tx *store.Tx, h checkin.Holder) (checkin.HolderStatus, error) {
	s := checkin.HolderStatus{Holder: h}
	var err error
	if s.Tickets, err = tx.Credentials(h.ID); err != nil {
		return s, err
	}
	if c, err := tx.ActiveConsent(h.ID); err == nil {
		s.Consent = &c
	} else if checkin.ErrorCode(err) != checkin.CodeNotFound {
		return s, err
	}
	e, err := tx.LatestEnrolment(h.ID)
	if checkin.ErrorCode(err) == checkin.CodeNotFound {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Enrolment = &e
	if e.State == checkin.EnrolmentWithdrawn {
		s.Withdrawal, err = withdrawalOf(tx, e)
	}
	return s, err
}

// withdrawalOf counts the gates that were given the event's key, and those that
// have signed for this template's destruction.
func withdrawalOf(tx *store.Tx, e checkin.Enrolment) (*checkin.Withdrawal, error) {
	w := &checkin.Withdrawal{At: e.Ended}
	gates, err := tx.DeliveriesBefore(e.Event, e.Ended)
	if err != nil {
		return nil, err
	}
	w.Gates = len(gates)
	receipts, err := tx.Receipts(e.Event)
	if err != nil {
		return nil, err
	}
	for _, r := range receipts {
		if r.Enrolment == e.ID {
			w.Receipts++
			w.LastGate = max(w.LastGate, r.Received.Sub(e.Ended))
		}
	}
	return w, nil
}
