package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/openstile/stile/gate-agent/internal/journal"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// What an agent that stopped has left behind, and how the next one ends it.
func TestEndClaims(t *testing.T) {
	a := newApp(t)
	ctx := t.Context()
	for _, c := range []struct {
		credential checkin.CredentialID
		outcome    checkin.Outcome        // of the admission; empty for none
		passage    checkin.PassageOutcome // empty for none
		confirmed  bool
		passages   int // written by endClaims
	}{
		{"stopped-before-the-record", "", "", false, 0},
		{"denied", checkin.Denied, "", false, 0},
		{"stopped-behind-the-release", checkin.Admitted, "", true, 1},
		{"passed", checkin.Admitted, checkin.PassageCompleted, true, 0},
		{"did-not-pass", checkin.Admitted, checkin.PassageAbandoned, false, 0},
	} {
		t.Run(string(c.credential), func(t *testing.T) {
			id := wire.NewID[checkin.AdmissionID]()
			claim := wire.Claim{Admission: id, Gate: "north", Lane: "north-1", At: time.Now()}
			if won, _, err := a.journal.Claim(ctx, "gala", c.credential, claim); !won || err != nil {
				t.Fatal(won, err)
			}
			if c.outcome != "" {
				record := wire.Record{ID: string(id), Kind: wire.RecordAdmission, Admission: &checkin.Admission{
					ID: id, Event: "gala", Gate: "north", Lane: "north-1", Outcome: c.outcome, Credential: c.credential,
				}}
				if err := a.record(ctx, record); err != nil {
					t.Fatal(err)
				}
			}
			if c.passage != "" {
				record := wire.Record{Kind: wire.RecordPassage, Passage: &checkin.Passage{Admission: id, Event: "gala", Outcome: c.passage}}
				if err := a.record(ctx, record); err != nil {
					t.Fatal(err)
				}
			}
			before := a.journal.Pending()
			for range 2 { // the second time there is nothing left to do
				if err := a.endClaims(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if n := a.journal.Pending() - before; n != c.passages {
				t.Errorf("%d passages were written, want %d", n, c.passages)
			}
			left, err := a.journal.Unsettled(ctx, 10)
			if err != nil || len(left) != 1 || left[0].Claim.Admission != id || left[0].Claim.Confirmed != c.confirmed {
				t.Fatalf("to be settled: %+v, %v; want confirmed %v", left, err, c.confirmed)
			}
			if err := a.journal.MarkSettled(ctx, left[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestDriverClaims(t *testing.T) {
	elsewhere := wire.Claim{Admission: "other", Gate: "south", Lane: "south-1"}
	for name, c := range map[string]struct {
		local  bool // the claim is for this gate alone
		held   bool // by another lane of this gate
		bus    busClaim
		want   lane.ClaimAnswer
		at     checkin.GateID // who holds it
		undone bool           // the bus hears that the claim is given back
	}{
		"won":                        {bus: answers(true, wire.Claim{}, nil), want: lane.ClaimWon},
		"taken at another gate":      {bus: answers(false, elsewhere, nil), want: lane.ClaimTaken, at: "south", undone: true},
		"the bus does not answer":    {bus: answers(false, wire.Claim{}, errors.New("time is up")), want: lane.ClaimUnreachable, undone: true},
		"taken here":                 {held: true, want: lane.ClaimTaken, at: "north"},
		"won without the bus":        {local: true, want: lane.ClaimWon},
		"taken here without the bus": {local: true, held: true, want: lane.ClaimTaken, at: "north"},
	} {
		t.Run(name, func(t *testing.T) {
			j, err := journal.Open(filepath.Join(t.TempDir(), "journal.db"), journal.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			if c.held {
				if _, _, err := j.Claim(t.Context(), "gala", "c1", wire.Claim{Admission: "first", Gate: "north", At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			d := &driver{
				claims: claims{&App{journal: j, unsettled: make(chan struct{}, 1)}}, bus: c.bus,
				gate: "north", lane: "north-1", events: make(chan lane.Event, 1), log: slog.New(slog.DiscardHandler),
			}
			d.claim(t.Context(), lane.Claim{ID: "mine", Event: "gala", Credential: "c1", Local: c.local})
			got := (<-d.events).(lane.ClaimAnswered)
			if got.Answer != c.want || got.Gate != c.at {
				t.Errorf("%s, held at %q; want %s, %q", got.Answer, got.Gate, c.want, c.at)
			}
			left, err := j.Unsettled(t.Context(), 10)
			if err != nil || (len(left) == 1) != c.undone {
				t.Errorf("to be settled: %+v, %v; want undone %v", left, err, c.undone)
			}
		})
	}
}

func answers(won bool, holder wire.Claim, err error) busClaim {
	return func(context.Context, checkin.EventID, checkin.CredentialID, wire.Claim) (bool, wire.Claim, error) {
		return won, holder, err
	}
}
