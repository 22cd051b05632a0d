package lane

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

var start = time.Date(2026, 6, 1, 19, 0, 0, 0, time.UTC)

var concert = checkin.Event{ID: "concert", Policy: checkin.DefaultPolicy}

func at(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

// shows is a presentation at the moment seen by somebody who may pass.
func shows(id string, means checkin.Means, seen time.Time) Presented {
	holder := checkin.HolderID("holder-" + id)
	return Presented{
		ID: checkin.AdmissionID(id),
		Presentation: checkin.Presentation{
			Means: means, Seen: seen, Verdict: checkin.VerdictKnown, Live: true, Holder: holder,
			Credentials: []checkin.Credential{{
				ID: checkin.CredentialID("ticket-" + id), Holder: holder,
				ValidFrom: start.Add(-time.Hour), ValidUntil: start.Add(time.Hour),
			}},
		},
		Standing: checkin.Standing{Event: concert, Served: true, Online: true},
	}
}

// claim is what the machine asks for after shows(id).
func claim(id string, local bool) Claim {
	return Claim{ID: checkin.AdmissionID(id), Event: "concert", Credential: checkin.CredentialID("ticket-" + id), Local: local}
}

// event reads one word of a scenario at the time now. "a" and "b" are two
// presentations.
func event(t *testing.T, word string, now time.Time) Event {
	t.Helper()
	verb, id, _ := strings.Cut(word, ":")
	switch verb {
	case "board-up":
		return BoardUp{}
	case "board-down":
		return BoardDown{}
	case "fire":
		return FireContact{Active: true}
	case "fire-over":
		return FireContact{}
	case "face":
		return shows(id, checkin.MeansFace, now)
	case "ticket":
		return shows(id, checkin.MeansTicket, now)
	case "stranger":
		p := shows(id, checkin.MeansFace, now)
		p.Presentation.Verdict, p.Presentation.Holder, p.Presentation.Credentials = checkin.VerdictUnknown, "", nil
		return p
	case "won":
		return ClaimAnswered{Claim: claim(id, false), Answer: ClaimWon}
	case "won-locally":
		return ClaimAnswered{Claim: claim(id, true), Answer: ClaimWon}
	case "taken":
		return ClaimAnswered{Claim: claim(id, false), Answer: ClaimTaken, Gate: "south", Lane: "s1", At: start}
	case "unreachable":
		return ClaimAnswered{Claim: claim(id, false), Answer: ClaimUnreachable}
	case "unreachable-locally":
		return ClaimAnswered{Claim: claim(id, true), Answer: ClaimUnreachable}
	case "recorded":
		return Recorded{ID: checkin.AdmissionID(id), OK: true}
	case "not-recorded":
		return Recorded{ID: checkin.AdmissionID(id)}
	case "sent":
		return ReleaseSent{ID: checkin.AdmissionID(id), OK: true}
	case "not-sent":
		return ReleaseSent{ID: checkin.AdmissionID(id)}
	case "passage":
		return PassageSeen{}
	case "tick":
		return Tick{}
	}
	t.Fatalf("unknown event %q", word)
	return nil
}

// words says in a few words what commands order.
func words(commands []Command) string {
	var out []string
	for _, c := range commands {
		switch c := c.(type) {
		case Claim:
			out = append(out, "claim"+locally(c))
		case Record:
			out = append(out, "record "+string(c.Admission.Reason))
		case Release:
			out = append(out, "release")
		case RecordPassage:
			w := string(c.Passage.Outcome)
			if !c.Passage.Confirmed {
				w += "?"
			}
			out = append(out, w)
		case Confirm:
			out = append(out, "confirm"+locally(c.Claim))
		case GiveBack:
			out = append(out, "give back"+locally(c.Claim))
		case Show:
			out = append(out, string(c.Screen))
		}
	}
	return strings.Join(out, ", ")
}

func locally(c Claim) string {
	if c.Local {
		return " locally"
	}
	return ""
}

// Each row is a scenario. Its steps are "milliseconds event -> commands", where
// a passage that no sensor confirmed has a question mark; state is the last.
// Every lane starts with its board up.
func TestLane(t *testing.T) {
	sensors, none := true, false
	for _, row := range []struct {
		name       string
		closedLoop bool
		steps      string
		state      State
	}{
		{"a face is admitted and passes", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			2000 passage -> completed, confirm, idle`, Ready},
		{"a ticket is admitted and passes", sensors, `
			0 ticket:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			900 passage -> completed, confirm, idle`, Ready},
		{"the turn can be faster than the board's answer", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			15 passage -> completed, confirm, idle
			20 sent:a ->`, Ready},
		{"nobody passes in time: the ticket is free again", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			6019 tick ->
			6020 tick -> abandoned, give back, idle
			6020 tick ->`, Ready},
		{"without sensors a passage is assumed", none, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			2020 tick -> completed?, confirm, idle`, Ready},

		{"a stranger is asked for the ticket, for three seconds", sensors, `
			0 stranger:a -> record no_match, show-ticket
			2999 tick ->
			3000 tick -> idle`, Ready},
		{"the next person need not wait for the screen", sensors, `
			0 stranger:a -> record no_match, show-ticket
			100 ticket:b -> claim
			3000 tick ->
			110 won:b -> record granted`, Recording},
		{"a used ticket goes to staff", sensors, `
			0 ticket:a -> claim
			10 taken:a -> record already_used, see-staff`, Ready},
		{"a used face is asked for the ticket", sensors, `
			0 face:a -> claim
			10 taken:a -> record already_used, show-ticket`, Ready},
		{"a lane serves one person at a time", sensors, `
			0 face:a -> claim
			5 face:b ->
			10 won:a -> record granted`, Recording},

		{"the bus is away: a ticket is claimed on this gate", sensors, `
			0 ticket:a -> claim
			300 unreachable:a -> claim locally
			301 won-locally:a -> record granted
			302 recorded:a -> release
			310 sent:a -> thank-you
			900 passage -> completed, confirm locally, idle`, Ready},
		{"the bus is away: the policy lets no face in", sensors, `
			0 face:a -> claim
			300 unreachable:a -> record offline, show-ticket`, Ready},
		{"nobody can be asked", sensors, `
			0 ticket:a -> claim
			300 unreachable:a -> claim locally
			310 unreachable-locally:a -> record lane_fault, see-staff`, Ready},

		{"an answer at the last moment still counts", sensors, `
			0 face:a -> claim
			700 won:a -> record granted
			700 recorded:a -> release`, Releasing},
		{"an answer after that does not", sensors, `
			0 face:a -> claim
			701 won:a -> give back, record stale_decision, show-ticket`, Ready},
		{"a slow journal releases nobody", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			701 recorded:a -> abandoned?, give back, show-ticket`, Ready},
		{"a bus that answers too late falls back on nobody", sensors, `
			0 ticket:a -> claim
			701 unreachable:a -> record stale_decision, see-staff`, Ready},

		{"a journal that fails releases nobody", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 not-recorded:a -> give back, record lane_fault, see-staff`, Ready},
		{"a board that fails gives the ticket back", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 not-sent:a -> abandoned?, give back, see-staff`, Ready},

		{"answers count once", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			11 won:a ->
			12 recorded:a -> release
			13 recorded:a ->
			20 sent:a -> thank-you
			21 sent:a ->
			22 won:a ->
			2000 passage -> completed, confirm, idle
			2001 won:a ->`, Ready},
		{"answers of another presentation are ignored", sensors, `
			0 face:a -> claim
			5 won:b ->
			5 recorded:b ->
			5 sent:b ->
			10 won:a -> record granted
			11 recorded:b ->`, Recording},

		{"a second person on one release tailgates", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			1000 passage -> completed, confirm, idle
			2000 passage -> tailgated
			2001 passage -> unsolicited`, Ready},
		{"a passage on nobody's release is unsolicited", sensors, `
			0 passage -> unsolicited
			10 face:a -> claim
			20 passage -> unsolicited
			30 taken:a -> record already_used, show-ticket`, Ready},

		{"fire: the lane stands open and goes on counting", sensors, `
			0 fire -> evacuate
			10 face:a ->
			20 passage -> free
			30 board-down ->
			40 board-up ->
			50 fire ->
			60 fire-over -> idle
			70 face:a -> claim`, Claiming},
		{"fire ends without a board", sensors, `
			0 fire -> evacuate
			10 board-down ->
			20 fire-over -> closed
			30 board-up -> idle`, Ready},
		{"fire while claiming: a claim that is won late is given back", sensors, `
			0 face:a -> claim
			5 fire -> record evacuation, evacuate
			10 won:a -> give back
			11 won:a ->`, Evacuate},
		{"fire while claiming: also when the next person is claiming by then", sensors, `
			0 face:a -> claim
			5 fire -> record evacuation, evacuate
			6 fire-over -> idle
			7 face:b -> claim
			10 won:a -> give back
			11 won:b -> record granted`, Recording},
		{"fire while recording: nothing was released", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			11 fire -> abandoned?, give back, evacuate
			12 recorded:a ->`, Evacuate},
		{"fire while releasing: the use stands", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			13 fire -> completed?, confirm, evacuate
			20 sent:a ->
			900 passage -> free`, Evacuate},
		{"fire while released: the use stands", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			30 fire -> completed?, confirm, evacuate
			6020 tick ->`, Evacuate},

		{"without a board nobody is looked at", sensors, `
			0 board-down -> closed
			5 board-down ->
			10 face:a ->
			20 board-up -> idle`, Ready},
		{"the board goes while claiming", sensors, `
			0 face:a -> claim
			5 board-down -> record lane_fault, closed
			10 won:a -> give back`, OutOfService},
		{"the board goes while recording", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			11 board-down -> abandoned?, give back, closed
			12 recorded:a ->`, OutOfService},
		{"the board goes while releasing: it may have moved", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			13 board-down -> completed?, confirm, closed
			20 not-sent:a ->`, OutOfService},
		{"the board goes while released", sensors, `
			0 face:a -> claim
			10 won:a -> record granted
			12 recorded:a -> release
			20 sent:a -> thank-you
			30 board-down -> completed?, confirm, closed
			40 board-up -> idle
			50 board-up ->`, Ready},
		{"the board says again that it is up", sensors, `
			0 face:a -> claim
			5 board-up ->
			6 fire-over ->
			10 won:a -> record granted`, Recording},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := New(Config{Gate: "north", Lane: "n1", ClosedLoop: row.closedLoop})
			m.Step(start, BoardUp{})
			for line := range strings.Lines(strings.TrimSpace(row.steps)) {
				left, want, _ := strings.Cut(strings.TrimSpace(line), "->")
				var ms int
				var word string
				if _, err := fmt.Sscan(left, &ms, &word); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				if got := words(m.Step(at(ms), event(t, word, at(ms)))); got != strings.TrimSpace(want) {
					t.Fatalf("%s-> %s, want %s", left, got, strings.TrimSpace(want))
				}
			}
			if m.State() != row.state {
				t.Errorf("state %s, want %s", m.State(), row.state)
			}
			if m.Accepts() != (row.state == Ready) {
				t.Errorf("accepts %v in state %s", m.Accepts(), row.state)
			}
		})
	}
}

func TestWhatIsRecorded(t *testing.T) {
	m := New(Config{Gate: "north", Lane: "n1", ClosedLoop: true, Pulse: 300 * time.Millisecond})
	m.Step(at(0), BoardUp{})
	m.Step(at(100), shows("a", checkin.MeansFace, at(0)))
	got := m.Step(at(150), ClaimAnswered{Claim: claim("a", false), Answer: ClaimWon})
	want := checkin.Admission{
		ID: "a", Event: "concert", Gate: "north", Lane: "n1", At: at(100), Means: checkin.MeansFace,
		Outcome: checkin.Admitted, Reason: checkin.ReasonGranted, Holder: "holder-a", Credential: "ticket-a",
	}
	if a := got[0].(Record).Admission; a != want {
		t.Errorf("admission\n%+v, want\n%+v", a, want)
	}
	got = m.Step(at(160), Recorded{ID: "a", OK: true})
	if r := (Release{ID: "a", Pulse: 300 * time.Millisecond, Before: at(0).Add(checkin.Freshness)}); got[0] != r {
		t.Errorf("%+v, want %+v", got[0], r)
	}
	m.Step(at(200), ReleaseSent{ID: "a", OK: true})
	if m.Deadline() != at(6200) {
		t.Errorf("deadline %s, want the end of the window", m.Deadline())
	}
	completed := checkin.Passage{
		Admission: "a", Event: "concert", Gate: "north", Lane: "n1", At: at(900),
		Outcome: checkin.PassageCompleted, Confirmed: true, FrameToRelease: 200 * time.Millisecond,
	}
	if p := m.Step(at(900), PassageSeen{})[0].(RecordPassage).Passage; p != completed {
		t.Errorf("passage\n%+v, want\n%+v", p, completed)
	}
	tailgated := checkin.Passage{
		Admission: "a", Event: "concert", Gate: "north", Lane: "n1", At: at(1000),
		Outcome: checkin.PassageTailgated, Confirmed: true,
	}
	if p := m.Step(at(1000), PassageSeen{})[0].(RecordPassage).Passage; p != tailgated {
		t.Errorf("passage\n%+v, want\n%+v", p, tailgated)
	}
	if !m.Deadline().IsZero() {
		t.Errorf("deadline %s of an idle lane", m.Deadline())
	}
}

func TestElsewhereIsRecorded(t *testing.T) {
	m := New(Config{Gate: "north", Lane: "n1"})
	m.Step(at(0), BoardUp{})
	m.Step(at(0), shows("a", checkin.MeansTicket, at(0)))
	got := m.Step(at(10), ClaimAnswered{Claim: claim("a", false), Answer: ClaimTaken, Gate: "south", Lane: "s1", At: start})
	a := got[0].(Record).Admission
	if a.ElsewhereGate != "south" || a.ElsewhereLane != "s1" || !a.ElsewhereAt.Equal(start) || a.Credential != "ticket-a" {
		t.Errorf("%+v does not say where ticket-a was used", a)
	}
}

func TestAHolderWithTwoTickets(t *testing.T) {
	p := shows("a", checkin.MeansFace, at(0))
	second := p.Presentation.Credentials[0]
	second.ID = "ticket-2"
	p.Presentation.Credentials = append(p.Presentation.Credentials, second)
	taken := func(c Command) ClaimAnswered {
		return ClaimAnswered{Claim: c.(Claim), Answer: ClaimTaken, Gate: "south", Lane: "s1", At: start}
	}
	m := New(Config{})
	m.Step(at(0), BoardUp{})
	first := m.Step(at(10), p)
	next := m.Step(at(20), taken(first[0]))
	if c, ok := next[0].(Claim); !ok || c.Credential != "ticket-2" {
		t.Fatalf("after the first ticket is taken: %s", words(next))
	}
	if got := words(m.Step(at(30), taken(next[0]))); got != "record already_used, show-ticket" {
		t.Errorf("after both are taken: %s", got)
	}
}
