package recognise

import (
	"testing"
)

func TestATicketIsPresentedOnceWhileItIsHeldUp(t *testing.T) {
	s := newScene()
	s.look(t, 30, held("good"))
	s.told(t, "ticket known bert")
	if p := s.presented[0]; !p.Live || p.Seen.After(start.Add(2*frameTime)) {
		t.Errorf("%+v: want the first frame, live", p)
	}
	s.look(t, 6, sight{}) // a hand shakes
	s.look(t, 6, held("good"))
	s.told(t, "ticket known bert")
	s.look(t, 4, held("bad"))
	s.told(t, "ticket known bert", "ticket unknown")
	s.look(t, 16, sight{})
	s.look(t, 4, held("bad"))
	s.told(t, "ticket known bert", "ticket unknown", "ticket unknown")
}

func TestATicketWaitsForABusyLane(t *testing.T) {
	s := newScene()
	busy := true
	s.lane.accepts = func() bool { return !busy }
	s.look(t, 6, held("good"))
	s.told(t)
	busy = false
	s.look(t, 2, held("good"))
	s.told(t, "ticket known bert")
}

// A ticket that is held up for 0.7 s must be tried several times, whenever it
// comes, and an empty gate must not be searched for tickets on every frame.
func TestTicketsAreReadOftenEnough(t *testing.T) {
	s := newScene()
	const fps12 = 120
	s.look(t, fps12, sight{})
	if s.reads > fps12/2 {
		t.Errorf("%d of %d frames were searched for tickets", s.reads, fps12)
	}
	for phase := range 3 {
		s.look(t, phase, sight{})
		s.reads = 0
		s.look(t, 8, held("good")) // 0.7 s
		if s.reads < 4 {
			t.Errorf("phase %d: a ticket shown for 0.7 s is read %d times", phase, s.reads)
		}
	}
}
