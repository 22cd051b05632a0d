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
// it the share fpir is taken for somebody. Nobody is known while the gallery is
// not Searchable. Of somebody who has a look-alike, or is between two, the
// answer does not say who it is.
func (s *Set) Identify(probe face.Vector, fpir float64) Found {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.searchable(fpir) {
		return Found{Verdict: checkin.VerdictUnknown}
	}
	// Below the floor a second candidate is too far behind to matter.
	threshold, margin := s.threshold(fpir), s.model.Calibration.Margin
	best, second := s.live.faces.Search(probe, threshold-margin)
	match, lead := s.live.entries[faceRef(best.ID)], best.Score-second.Score
	switch {
	case best.Score < threshold:
		return Found{Verdict: checkin.VerdictUnknown}
	case match.alike:
		return Found{Verdict: checkin.VerdictLookAlike}
	case lead < margin:
		return Found{Verdict: checkin.VerdictAmbiguous}
	}
	return Found{
		Verdict: checkin.VerdictKnown, Holder: match.holder, Credentials: slices.Clone(s.live.rights[match.holder]),
		Surplus: float64(min(best.Score-threshold, lead-margin)) / s.model.Calibration.Slope,
	}
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

// Searchable reports whether a face could be anybody: the gallery is right, not
// empty, and Armed. Otherwise no face need ever become a template.
func (s *Set) Searchable(fpir float64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.searchable(fpir)
}

// Armed reports whether the recogniser can tell the people of this gallery apart
// so well that of others no more than the share fpir is taken for one of them.
func (s *Set) Armed(fpir float64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.armed(fpir)
}

func (s *Set) searchable(fpir float64) bool {
	return s.right && s.live.faces.Len() > 0 && s.armed(fpir)
}

func (s *Set) armed(fpir float64) bool {
	return s.model.Calibration.Attainable(s.live.faces.Len(), fpir, s.known.Shift)
}

func (s *Set) threshold(fpir float64) face.Score {
	return s.model.Calibration.Threshold(s.live.faces.Len(), fpir, s.known.Shift)
}
