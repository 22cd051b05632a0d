package lane

import (
	"slices"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func (m *Machine) presented(ev Presented) []Command {
	if m.state != Ready {
		return nil
	}
	m.cur = current{
		shown:    ev.Presentation,
		standing: ev.Standing,
		admission: checkin.Admission{
			ID: ev.ID, Event: ev.Standing.Event.ID, Gate: m.cfg.Gate, Lane: m.cfg.Lane, At: m.now,
			Means: ev.Presentation.Means, Holder: ev.Presentation.Holder,
		},
	}
	return m.decide()
}

// decide asks the domain, and claims the credential if the answer is yes.
func (m *Machine) decide() []Command {
	d := checkin.Decide(m.now, m.cur.standing, m.cur.shown)
	a := &m.cur.admission
	a.Outcome, a.Reason, a.Suspect = d.Outcome, d.Reason, d.Suspect
	a.Credential, a.Offline = d.Credential.ID, !m.cur.standing.Online
	if d.Outcome == checkin.Denied {
		return m.deny(d.Reason)
	}
	m.state = Claiming
	m.cur.claim = Claim{
		ID: a.ID, Event: a.Event, Credential: a.Credential, Local: !m.cur.standing.Online,
	}
	m.asked[m.cur.claim] = true
	return []Command{m.cur.claim}
}

func (m *Machine) claimAnswered(ev ClaimAnswered) []Command {
	if !m.asked[ev.Claim] {
		return nil
	}
	delete(m.asked, ev.Claim)
	if m.state != Claiming || ev.Claim != m.cur.claim {
		// The lane was interrupted while the claim was on its way.
		if ev.Answer == ClaimWon {
			return []Command{GiveBack{ev.Claim}}
		}
		return nil
	}
	switch ev.Answer {
	case ClaimWon:
		if m.stale() {
			return append([]Command{GiveBack{m.cur.claim}}, m.deny(checkin.ReasonStale)...)
		}
		m.state = Recording
		return []Command{Record{m.cur.admission}}
	case ClaimTaken:
		return m.nextCredential(ev)
	default:
		if m.cur.claim.Local {
			return m.deny(checkin.ReasonLaneFault)
		}
		m.cur.standing.Online = false
		return m.decide()
	}
}

// nextCredential tries another ticket of a holder whose first one is used: of
// two tickets a friend may have shown one.
func (m *Machine) nextCredential(taken ClaimAnswered) []Command {
	left := slices.DeleteFunc(slices.Clone(m.cur.shown.Credentials), func(c checkin.Credential) bool {
		return c.ID == m.cur.claim.Credential
	})
	shown := m.cur.shown
	shown.Credentials = left
	if checkin.Decide(m.now, m.cur.standing, shown).Outcome == checkin.Denied {
		a := &m.cur.admission
		a.ElsewhereGate, a.ElsewhereLane, a.ElsewhereAt = taken.Gate, taken.Lane, taken.At
		return m.deny(checkin.ReasonAlreadyUsed)
	}
	m.cur.shown = shown
	return m.decide()
}

func (m *Machine) recorded(ev Recorded) []Command {
	switch {
	case !ev.OK:
		return append([]Command{GiveBack{m.cur.claim}}, m.deny(checkin.ReasonLaneFault)...)
	case m.stale():
		out := []Command{m.passage(checkin.PassageAbandoned, false), GiveBack{m.cur.claim}}
		return append(out, m.ready(ScreenTicket, answerShown)...)
	}
	m.state = Releasing
	return []Command{Release{m.cur.admission.ID, m.cfg.Pulse, m.freshUntil()}}
}

// stale reports whether somebody else may be standing there by now.
func (m *Machine) stale() bool { return m.now.After(m.freshUntil()) }

func (m *Machine) freshUntil() time.Time { return m.cur.shown.Seen.Add(checkin.Freshness) }

func (m *Machine) deny(reason checkin.Reason) []Command {
	a := m.cur.admission
	a.Outcome, a.Reason = checkin.Denied, reason
	return append([]Command{Record{a}}, m.ready(screenFor(a.Means, reason), answerShown)...)
}

// ready makes the lane accept the next person at once; the screen goes idle
// after shown.
func (m *Machine) ready(screen Screen, shown time.Duration) []Command {
	m.state = Ready
	m.deadline = time.Time{}
	if shown > 0 {
		m.deadline = m.now.Add(shown)
	}
	return []Command{Show{screen}}
}

// screenFor says what to do next, never why: the next person in the queue can
// read the screen too.
func screenFor(means checkin.Means, reason checkin.Reason) Screen {
	switch {
	case reason == checkin.ReasonNoEvent, reason == checkin.ReasonLaneFault:
		return ScreenStaff
	case means == checkin.MeansTicket:
		return ScreenStaff
	default:
		return ScreenTicket
	}
}
