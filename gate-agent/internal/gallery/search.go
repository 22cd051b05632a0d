package gallery

import (
	"slices"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
)

// Found is the answer to a search or a look-up.
type Found struct {
	Verdict     checkin.Verdict
	Holder      checkin.HolderID
	Credentials []checkin.Credential
	// Surplus says how much clearer than necessary a search found a VerdictKnown:
	// by how many powers of ten fewer strangers than may be taken for somebody
	// would look as much like them.
	Surplus float64
}

// Identify searches the gallery for probe, so that of the people who are not in
// it the share fpir is taken for somebody. While the gallery is wrong or empty,
// nobody is known.
func (s *Set) Identify(probe face.Vector, fpir float64) Found {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.right || s.live.faces.Len() == 0 {
		return Found{Verdict: checkin.VerdictUnknown}
	}
	// Below the floor a second candidate is too far behind to matter.
	threshold := s.model.Calibration.Threshold(s.live.faces.Len(), fpir, 0)
	best, second := s.live.faces.Search(probe, threshold-s.model.Calibration.Margin)
	if best.Score < threshold {
		return Found{Verdict: checkin.VerdictUnknown}
	}
	lead := best.Score - second.Score
	if lead < s.model.Calibration.Margin {
		return Found{Verdict: checkin.VerdictAmbiguous}
	}
	found := s.holder(s.live.holderOf(best.ID))
	found.Surplus = float64(min(best.Score-threshold, lead-s.model.Calibration.Margin)) / s.model.Calibration.Slope
	return found
}

// Ticket looks up what a QR code says.
func (s *Set) Ticket(secret string) Found {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.key == nil {
		return Found{Verdict: checkin.VerdictUnknown}
	}
	cred, ok := s.live.tickets[s.key.TicketHash(secret)]
	if !ok {
		return Found{Verdict: checkin.VerdictUnknown}
	}
	return Found{Verdict: checkin.VerdictKnown, Holder: cred.Holder, Credentials: []checkin.Credential{cred}}
}

// Searchable reports whether a face could be anybody: the gallery is right and
// not empty. Otherwise no face need ever become a template.
func (s *Set) Searchable() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.right && s.live.faces.Len() > 0
}

func (s *Set) holder(id checkin.HolderID) Found {
	return Found{Verdict: checkin.VerdictKnown, Holder: id, Credentials: slices.Clone(s.live.rights[id])}
}
