package lane

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func (m *Machine) releaseSent(ev ReleaseSent) []Command {
	if !ev.OK {
		out := []Command{m.passage(checkin.PassageAbandoned, false), GiveBack{m.cur.claim}}
		return append(out, m.ready(ScreenStaff, answerShown)...)
	}
	m.state = Released
	m.cur.latency = m.now.Sub(m.cur.shown.Seen)
	wait := m.cfg.Hold
	if m.cfg.ClosedLoop {
		wait = m.cfg.Window
	}
	m.deadline = m.now.Add(wait)
	return []Command{Show{ScreenPass}}
}

func (m *Machine) passageSeen() []Command {
	switch {
	case m.state == Evacuate:
		return []Command{m.uncaused(checkin.PassageFree)}
	case m.state == Released || m.state == Releasing:
		// While Releasing, the turn was faster than the board's answer.
		p := m.passage(checkin.PassageCompleted, true)
		m.last, m.lastAt = p.Passage, m.now
		out := []Command{p, Confirm{m.cur.claim}}
		return append(out, m.ready(ScreenIdle, 0)...)
	case m.now.Sub(m.lastAt) <= tailgateWindow:
		p := m.uncaused(checkin.PassageTailgated)
		p.Passage.Admission, p.Passage.Event = m.last.Admission, m.last.Event
		return []Command{p}
	default:
		return []Command{m.uncaused(checkin.PassageUnsolicited)}
	}
}

func (m *Machine) tick() []Command {
	if m.deadline.IsZero() || m.now.Before(m.deadline) {
		return nil
	}
	m.deadline = time.Time{}
	switch {
	case m.state == Ready:
		return []Command{Show{ScreenIdle}}
	case m.state == Released && m.cfg.ClosedLoop:
		out := []Command{m.passage(checkin.PassageAbandoned, true), GiveBack{m.cur.claim}}
		return append(out, m.ready(ScreenIdle, 0)...)
	case m.state == Released:
		out := []Command{m.passage(checkin.PassageCompleted, false), Confirm{m.cur.claim}}
		return append(out, m.ready(ScreenIdle, 0)...)
	}
	return nil
}

// passage ends the release under way.
func (m *Machine) passage(outcome checkin.PassageOutcome, confirmed bool) RecordPassage {
	a := m.cur.admission
	return RecordPassage{checkin.Passage{
		Admission: a.ID, Event: a.Event, Gate: m.cfg.Gate, Lane: m.cfg.Lane, At: m.now,
		Outcome: outcome, Confirmed: confirmed, FrameToRelease: m.cur.latency,
	}}
}

// uncaused is a passage that no release of this lane explains.
func (m *Machine) uncaused(outcome checkin.PassageOutcome) RecordPassage {
	return RecordPassage{checkin.Passage{
		Gate: m.cfg.Gate, Lane: m.cfg.Lane, At: m.now, Outcome: outcome, Confirmed: true,
	}}
}
