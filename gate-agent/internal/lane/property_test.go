package lane

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// world plays everything around a lane from a string of bytes: people, bus,
// journal, board and fire panel, in any order and at any time. It answers late,
// twice, or for presentations long past, and checks what must hold of every
// sequence whatsoever.
type world struct {
	t   *testing.T
	m   *Machine
	now time.Time

	people   int
	seen     map[checkin.AdmissionID]time.Time
	claims   []Claim               // asked for
	answered map[Claim]ClaimAnswer // the first answer, which is the true one
	settled  map[Claim]int         // Confirm and GiveBack
	admitted []checkin.AdmissionID // recorded as admitted
	recorded map[checkin.AdmissionID]bool
	released map[checkin.AdmissionID]int
	outcomes map[checkin.AdmissionID]int // completed or abandoned
	fire     bool
}

func newWorld(t *testing.T, closedLoop bool) *world {
	return &world{
		t: t, m: New(Config{Gate: "north", Lane: "n1", ClosedLoop: closedLoop}), now: start,
		seen: map[checkin.AdmissionID]time.Time{}, answered: map[Claim]ClaimAnswer{}, settled: map[Claim]int{},
		recorded: map[checkin.AdmissionID]bool{}, released: map[checkin.AdmissionID]int{},
		outcomes: map[checkin.AdmissionID]int{},
	}
}

// move makes the next thing happen. b chooses what, c which and how.
func (w *world) move(b, c byte) {
	// Mostly a few milliseconds go by, sometimes seconds.
	w.now = w.now.Add(time.Duration(c) * time.Duration(c) * time.Millisecond / 8)
	switch b % 12 {
	case 0, 1:
		w.people++
		means := []checkin.Means{checkin.MeansFace, checkin.MeansTicket}[c%2]
		p := shows(strconv.Itoa(w.people), means, w.now.Add(-time.Duration(c)*2*time.Millisecond))
		p.Standing.Online = c%5 != 0
		if c%7 == 0 {
			p.Presentation.Verdict = checkin.VerdictUnknown
		}
		w.seen[p.ID] = p.Presentation.Seen
		w.step(p)
	case 2, 3, 4:
		w.answerClaim(c)
	case 5, 6:
		if n := len(w.admitted); n > 0 {
			id := w.admitted[n-1-int(c>>4)%n]
			ok := c%8 != 0
			if _, before := w.recorded[id]; !before {
				w.recorded[id] = ok
			}
			w.step(Recorded{ID: id, OK: ok})
		}
	case 7:
		if n := len(w.admitted); n > 0 {
			w.step(ReleaseSent{ID: w.admitted[n-1-int(c>>4)%n], OK: c%8 != 0})
		}
	case 8:
		w.step(PassageSeen{})
	case 9:
		if d := w.m.Deadline(); c%2 == 0 && d.After(w.now) {
			w.now = d
		}
		w.step(Tick{})
	case 10:
		w.fire = c%2 == 0
		w.step(FireContact{Active: w.fire})
	case 11:
		if c%3 == 0 {
			w.step(BoardDown{})
		} else {
			w.step(BoardUp{})
		}
	}
}

func (w *world) answerClaim(c byte) {
	n := len(w.claims)
	if n == 0 {
		return
	}
	asked := w.claims[n-1-int(c>>4)%n]
	answer := []ClaimAnswer{ClaimWon, ClaimWon, ClaimTaken, ClaimUnreachable}[c%4]
	if first, again := w.answered[asked]; again {
		answer = first
	}
	w.answered[asked] = answer
	w.step(ClaimAnswered{Claim: asked, Answer: answer})
}

// step gives the machine one event and checks what it orders.
func (w *world) step(ev Event) {
	w.t.Helper()
	before := w.m.State()
	for _, c := range w.m.Step(w.now, ev) {
		switch c := c.(type) {
		case Claim:
			w.claims = append(w.claims, c)
		case Record:
			if c.Admission.Outcome == checkin.Admitted {
				w.admitted = append(w.admitted, c.Admission.ID)
			}
		case Release:
			w.checkRelease(c.ID)
		case RecordPassage:
			w.checkPassage(before, ev, c.Passage)
		case Confirm:
			w.checkSettled(c.Claim)
			if w.released[c.Claim.ID] == 0 {
				w.t.Fatalf("claim %v is confirmed without a release", c.Claim)
			}
		case GiveBack:
			w.checkSettled(c.Claim)
		}
	}
	if w.fire != (w.m.State() == Evacuate) {
		w.t.Fatalf("fire contact %v in state %s after %T", w.fire, w.m.State(), ev)
	}
}

func (w *world) checkRelease(id checkin.AdmissionID) {
	w.t.Helper()
	w.released[id]++
	switch {
	case w.released[id] > 1:
		w.t.Fatalf("admission %s is released twice", id)
	case !w.recorded[id]:
		w.t.Fatalf("admission %s is released without a record", id)
	case w.now.Sub(w.seen[id]) > checkin.Freshness:
		w.t.Fatalf("admission %s is released %s after it was seen", id, w.now.Sub(w.seen[id]))
	case w.fire:
		w.t.Fatalf("admission %s is released during a fire", id)
	}
}

func (w *world) checkSettled(c Claim) {
	w.t.Helper()
	w.settled[c]++
	if w.answered[c] != ClaimWon || w.settled[c] > 1 {
		w.t.Fatalf("claim %v, answered %q, is settled %d times", c, w.answered[c], w.settled[c])
	}
}

func (w *world) checkPassage(before State, ev Event, p checkin.Passage) {
	w.t.Helper()
	switch p.Outcome {
	case checkin.PassageCompleted, checkin.PassageAbandoned:
		w.outcomes[p.Admission]++
		if p.Admission == "" || w.outcomes[p.Admission] > 1 {
			w.t.Fatalf("admission %q has %d passages", p.Admission, w.outcomes[p.Admission])
		}
		if p.Outcome == checkin.PassageCompleted && w.released[p.Admission] == 0 {
			w.t.Fatalf("admission %s was never released and has passed", p.Admission)
		}
	case checkin.PassageFree:
		if before != Evacuate {
			w.t.Fatalf("a free passage in state %s", before)
		}
	case checkin.PassageTailgated:
		if w.released[p.Admission] == 0 {
			w.t.Fatalf("admission %s was never released and is tailgated", p.Admission)
		}
	case checkin.PassageUnsolicited:
		if p.Admission != "" {
			w.t.Fatalf("an unsolicited passage of admission %s", p.Admission)
		}
	}
	if _, sensor := ev.(PassageSeen); p.Confirmed && !sensor && p.Outcome != checkin.PassageAbandoned {
		w.t.Fatalf("%s is confirmed by %T", p.Outcome, ev)
	}
}

// end answers every claim, ends what is under way, and balances the books.
func (w *world) end() {
	w.t.Helper()
	for _, c := range w.claims {
		if _, answered := w.answered[c]; !answered {
			w.answered[c] = ClaimWon
			w.step(ClaimAnswered{Claim: c, Answer: ClaimWon})
		}
	}
	w.step(BoardDown{})
	for id := range w.released {
		if w.outcomes[id] != 1 {
			w.t.Fatalf("released admission %s has %d passages", id, w.outcomes[id])
		}
	}
	for c, answer := range w.answered {
		if answer == ClaimWon && w.settled[c] != 1 {
			w.t.Fatalf("won claim %v is settled %d times", c, w.settled[c])
		}
	}
	if n := len(w.m.asked); n != 0 {
		w.t.Fatalf("%d claims are still waited for", n)
	}
}

func play(t *testing.T, script []byte) *world {
	t.Helper()
	if len(script) == 0 {
		return newWorld(t, true)
	}
	w := newWorld(t, script[0]%2 == 0)
	w.step(BoardUp{})
	for i := 1; i+1 < len(script); i += 2 {
		w.move(script[i], script[i+1])
	}
	w.end()
	return w
}

func TestEverySequenceKeepsTheRules(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	releases, passages := 0, 0
	for range 3000 {
		script := make([]byte, 401)
		for i := range script {
			script[i] = byte(r.Uint32())
			if i%2 == 0 && r.Uint32()%4 != 0 {
				script[i] &= 0x0f // most things happen at once and in order
			}
		}
		w := play(t, script)
		releases += len(w.released)
		passages += len(w.outcomes)
	}
	if releases < 1000 {
		t.Errorf("only %d releases in all sequences: they prove nothing", releases)
	}
	t.Logf("%d releases, %d passages", releases, passages)
}

func FuzzSequences(f *testing.F) {
	f.Add([]byte{0, 0, 1, 2, 1, 5, 1, 7, 1, 8, 9})
	f.Add([]byte{1, 0, 1, 2, 1, 2, 1, 5, 1, 7, 1, 9, 2})
	f.Add([]byte{0, 0, 1, 10, 0, 2, 0, 10, 1, 1, 1, 2, 0})
	f.Fuzz(func(t *testing.T, script []byte) { play(t, script) })
}
