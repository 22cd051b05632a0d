package lane

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Config is a lane's fixed part.
type Config struct {
	Gate       checkin.GateID
	Lane       checkin.LaneID
	ClosedLoop bool
	// Pulse is how long the release relay is held: turnstiles in pulse mode ask
	// for at least 100 ms.
	Pulse time.Duration
	// Window is how long a released person has to pass. Turnstiles in pulse mode
	// re-lock after 5 s, so the default is that and one more.
	Window time.Duration
	// Hold is how long a lane without sensors waits after a release before it
	// assumes the passage.
	Hold time.Duration
}

// Defaults fills what was left zero.
func (c Config) Defaults() Config {
	if c.Pulse == 0 {
		c.Pulse = 500 * time.Millisecond
	}
	if c.Window == 0 {
		c.Window = 6 * time.Second
	}
	if c.Hold == 0 {
		c.Hold = 2 * time.Second
	}
	return c
}

// State is where the lane stands.
type State string

const (
	Ready        State = "ready"
	Claiming     State = "claiming"       // waiting for ClaimAnswered
	Recording    State = "recording"      // waiting for Recorded
	Releasing    State = "releasing"      // waiting for ReleaseSent
	Released     State = "released"       // waiting for the passage
	Evacuate     State = "evacuate"       // the fire contact is active
	OutOfService State = "out_of_service" // no board, so nothing can be released
)

const (
	// A second passage this soon after a completed one used the same release.
	tailgateWindow = time.Second
	// How long a denial stays on the screen.
	answerShown = 3 * time.Second
)

// Machine is one lane. The zero value is not usable; New makes one.
type Machine struct {
	cfg   Config
	state State
	// boardUp and fire are what the inputs last said; the state follows.
	boardUp, fire bool

	now time.Time // of the event being handled
	// What is under way from Presented to the end of the passage.
	cur current
	// Claims without an answer: cur's, and those of presentations that were
	// interrupted. Each is answered once; a second answer is of no claim.
	asked map[Claim]bool
	// The last completed passage, to tell a tailgater from a stranger.
	last   checkin.Passage
	lastAt time.Time
	// When a tick is due: the end of the passage window or of an answer shown.
	deadline time.Time
}

type current struct {
	admission checkin.Admission
	shown     checkin.Presentation
	standing  checkin.Standing
	claim     Claim
	latency   time.Duration
}

// New makes a lane that is out of service until its board is up.
func New(cfg Config) *Machine {
	return &Machine{cfg: cfg.Defaults(), state: OutOfService, asked: map[Claim]bool{}}
}

// State returns where the lane stands.
func (m *Machine) State() State { return m.state }

// Accepts reports whether a presentation would be looked at now. In any other
// state it would be dropped.
func (m *Machine) Accepts() bool { return m.state == Ready }

// Deadline returns when the next Tick is due; zero is never.
func (m *Machine) Deadline() time.Time { return m.deadline }

// Step takes one event and returns what must be done, in order. Answers to
// commands of an earlier presentation are ignored.
func (m *Machine) Step(now time.Time, ev Event) []Command {
	m.now = now
	switch ev := ev.(type) {
	case Presented:
		return m.presented(ev)
	case ClaimAnswered:
		return m.claimAnswered(ev)
	case Recorded:
		if m.state == Recording && ev.ID == m.cur.admission.ID {
			return m.recorded(ev)
		}
	case ReleaseSent:
		if m.state == Releasing && ev.ID == m.cur.admission.ID {
			return m.releaseSent(ev)
		}
	case PassageSeen:
		return m.passageSeen()
	case FireContact:
		m.fire = ev.Active
		return m.followInputs()
	case BoardUp:
		m.boardUp = true
		return m.followInputs()
	case BoardDown:
		m.boardUp = false
		return m.followInputs()
	case Tick:
		return m.tick()
	}
	return nil
}

// followInputs moves the lane to the state that its inputs ask for. Fire beats
// everything; without a board nothing can be released.
func (m *Machine) followInputs() []Command {
	want, screen := Ready, ScreenIdle
	switch {
	case m.fire:
		want, screen = Evacuate, ScreenEvacuate
	case !m.boardUp:
		want, screen = OutOfService, ScreenClosed
	}
	busy := m.state != Evacuate && m.state != OutOfService
	if want == m.state || (want == Ready && busy) {
		return nil
	}
	out := m.interrupt(want)
	m.state, m.deadline = want, time.Time{}
	return append(out, Show{screen})
}

// interrupt ends what is under way, so that no claim and no release is left
// without an outcome.
func (m *Machine) interrupt(by State) []Command {
	switch m.state {
	case Claiming:
		a := m.cur.admission
		a.Outcome, a.Reason = checkin.Denied, checkin.ReasonLaneFault
		if by == Evacuate {
			a.Reason = checkin.ReasonEvacuation
		}
		return []Command{Record{a}}
	case Recording:
		return []Command{m.passage(checkin.PassageAbandoned, false), GiveBack{m.cur.claim}}
	case Releasing, Released:
		// The barrier may have moved and nobody can tell any more who passed: the
		// use stands, unconfirmed, rather than letting one ticket in twice.
		return []Command{m.passage(checkin.PassageCompleted, false), Confirm{m.cur.claim}}
	}
	return nil
}
