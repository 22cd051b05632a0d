package gallery

import (
	"fmt"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
)

func TestALookAlikeIsAskedForTheTicket(t *testing.T) {
	s, g, gone := filled(t)
	send := func(put ...string) {
		t.Helper()
		for _, id := range put {
			s.put(g, faceRef(id))
		}
		if err := s.agree(g); err != nil {
			t.Fatal(err)
		}
	}
	s.lookAlike("e-anna", "anna", axis(0))
	s.lookAlike("e-twin", "twin", between(0, 2, 0.95))
	send("e-anna", "e-twin")
	for name, probe := range map[string]face.Vector{
		"anna": axis(0), "her twin": between(0, 2, 0.9), "between": between(0, 2, 0.97),
	} {
		f := g.Identify(probe, 0.01)
		if f.Verdict != checkin.VerdictLookAlike || f.Holder != "" || f.Credentials != nil {
			t.Errorf("%s: found %+v", name, f)
		}
	}
	finds(t, g, axis(1), "bert")
	if f := g.Ticket("ANNA"); f.Verdict != checkin.VerdictKnown || f.Holder != "anna" {
		t.Errorf("anna's ticket: %+v", f)
	}
	// The twin withdraws, and anna is known again.
	s.bury(g, faceRef("e-twin"))
	finds(t, g, axis(0), "look_alike")
	s.face("e-anna", "anna", axis(0))
	send("e-anna")
	finds(t, g, axis(0), "anna")
	if len(*gone) != 1 {
		t.Errorf("withdrawn: %q", *gone)
	}
}

// among is a gate with n faces, of a recogniser whose threshold reaches the
// ceiling of 0.5 at 100 faces and 1 %.
func among(t *testing.T, n int) (*server, *Set) {
	t.Helper()
	s := newServer(t, "concert")
	limited := model
	limited.Calibration = face.Calibration{Intercept: 0.1, Slope: 0.1, Floor: 0.3, Ceiling: 0.5, Margin: 0.05}
	g := New(limited, time.Now, func(checkin.Receipt) {})
	g.Serve("concert", s.copyOfKey())
	g.Resume(1)
	for i := range n {
		s.face(fmt.Sprint("e-", i), checkin.HolderID(fmt.Sprint("h-", i)), axis(i%dim))
	}
	s.putAll(g)
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	return s, g
}

func TestFacesAreArmedByWhatTheEventWants(t *testing.T) {
	for _, row := range []struct {
		faces int
		fpir  float64
		shift float64
		want  bool
	}{
		{2, 0.01, 0, true},
		{2, 0.0001, 0, false}, // a stricter event
		{99, 0.01, 0, true},
		{101, 0.01, 0, false}, // more people
		{101, 0.1, 0, true},
		{2, 0.01, 0.1, true},
		{2, 0.01, 0.2, false}, // people more alike
	} {
		s, g := among(t, row.faces)
		s.shift = row.shift
		if err := s.agree(g); err != nil {
			t.Fatal(err)
		}
		if g.Armed(row.fpir) != row.want || g.Searchable(row.fpir) != row.want {
			t.Errorf("%+v: armed %v, searchable %v", row, g.Armed(row.fpir), g.Searchable(row.fpir))
		}
		if f := g.Identify(axis(0), row.fpir); !row.want && f.Verdict != checkin.VerdictUnknown {
			t.Errorf("%+v: not armed, and found %+v", row, f)
		}
	}
}

func TestArmedAgainWhenSomebodyWithdraws(t *testing.T) {
	s, g := among(t, 101)
	if g.Searchable(0.01) {
		t.Fatal("armed")
	}
	for _, id := range []string{"e-7", "e-8"} {
		s.bury(g, faceRef(id))
	}
	if err := s.agree(g); err != nil || !g.Searchable(0.01) {
		t.Errorf("not armed again: %v", err)
	}
}

func TestPeopleMoreAlikeRaiseTheThreshold(t *testing.T) {
	s, g := among(t, 1) // the threshold is 0.3, and with the shift 0.45
	probe := between(0, 5, 0.3)
	finds(t, g, probe, "h-0")
	s.shift = 0.15
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	finds(t, g, probe, "unknown")
	finds(t, g, between(0, 5, 0.4), "h-0")
}
