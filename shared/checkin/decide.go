package checkin

import "time"

// Presentation is what one person showed to a lane, after recognition. Scores
// and vectors stay behind: a decision needs only the verdict.
type Presentation struct {
	Means Means
	// Seen is when the deciding frame was captured or the ticket was read.
	Seen time.Time
	// Verdict is the result of the search or of the ticket's look-up.
	Verdict Verdict
	// Live is false when the liveness verdict was bad.
	Live bool
	// Holder and Credentials belong to a VerdictKnown.
	Holder      HolderID
	Credentials []Credential
}

// Verdict is what a search of the gallery, or a look-up of a ticket, found.
type Verdict string

const (
	VerdictKnown     Verdict = "known"
	VerdictUnknown   Verdict = "unknown"
	VerdictAmbiguous Verdict = "ambiguous"  // two candidates too close to tell apart
	VerdictLookAlike Verdict = "look_alike" // somebody whose face alone is not enough, by enrolment
)

// Standing is what a lane knows about its event at the moment of a decision.
type Standing struct {
	Event  Event
	Served bool // false: the gate has no event assigned
	Online bool // claims can be taken on the bus
}

// Freshness is the oldest a deciding frame may be when the barrier is released:
// after that, somebody else may be standing there.
const Freshness = 700 * time.Millisecond

// Decision is the answer of Decide. Credential is the one to claim when the
// outcome is Admitted.
type Decision struct {
	Outcome    Outcome
	Reason     Reason
	Credential Credential
	Suspect    bool
}

// Decide says whether the person may pass, provided that their credential can
// be claimed. It is pure: the same arguments always give the same answer. The
// order of the checks is the order of what staff need to know first.
func Decide(now time.Time, s Standing, p Presentation) Decision {
	deny := func(r Reason) Decision { return Decision{Outcome: Denied, Reason: r} }

	if p.Means == MeansFace {
		switch p.Verdict {
		case VerdictKnown:
		case VerdictAmbiguous:
			return deny(ReasonAmbiguous)
		case VerdictLookAlike:
			return deny(ReasonLookAlike)
		default:
			return deny(ReasonNoMatch)
		}
	}
	switch {
	case !s.Served:
		return deny(ReasonNoEvent)
	case !s.Event.Closed.IsZero():
		return deny(ReasonEventClosed)
	case now.Sub(p.Seen) > Freshness:
		return deny(ReasonStale)
	}
	if p.Means == MeansFace {
		if s.Event.Policy.Match == MatchNone {
			return deny(ReasonFaceOff)
		}
		if !p.Live && s.Event.Policy.Liveness == LivenessRefuse {
			return deny(ReasonAttack)
		}
	}
	if !s.Online && !worksOffline(s.Event.Policy.Offline, p.Means) {
		return deny(ReasonOffline)
	}
	if p.Verdict != VerdictKnown {
		return deny(ReasonUnknownTicket)
	}
	if len(p.Credentials) == 0 {
		return deny(ReasonNoTicket)
	}
	for _, c := range p.Credentials {
		if c.ValidAt(now) {
			return Decision{
				Outcome:    Admitted,
				Reason:     ReasonGranted,
				Credential: c,
				Suspect:    p.Means == MeansFace && !p.Live && s.Event.Policy.Liveness == LivenessWarn,
			}
		}
	}
	return deny(ReasonOutsideWindow)
}

func worksOffline(mode OfflineMode, means Means) bool {
	switch mode {
	case OfflineAdmit:
		return true
	case OfflineTicket:
		return means == MeansTicket
	default:
		return false
	}
}
