package live

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func status(gate checkin.GateID, lanes ...wire.LaneStatus) wire.Status {
	return wire.Status{
		Gate: gate, At: time.Now(), Event: "gala", Lanes: lanes,
		Gallery: wire.GalleryStatus{Faces: 12, Right: true},
	}
}

func lane(id, state, works string) wire.LaneStatus {
	return wire.LaneStatus{
		LaneInfo: wire.LaneInfo{ID: checkin.LaneID(id), Name: "Lane " + id, ClosedLoop: true},
		State:    state, Works: works,
	}
}

func passage(gate checkin.GateID, lane, id string, at time.Time) wire.Record {
	return wire.Record{Kind: wire.RecordPassage, Gate: gate, At: at, Passage: &checkin.Passage{
		ID: checkin.PassageID(id), Gate: gate, Lane: checkin.LaneID(lane), At: at, Outcome: checkin.PassageCompleted,
	}}
}

func TestSilentGateSortsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := New(time.Now)
		heard := time.Now()
		hub.Status(status("north", lane("a", "ready", "face")))
		hub.Status(status("south", lane("a", "ready", "staff")))
		if got := order(hub.Snapshot()); got != "south/a=alarm north/a=fine " {
			t.Fatalf("board: %s", got)
		}

		time.Sleep(2 * wire.StatusEvery)
		hub.Status(status("south", lane("a", "ready", "staff")))
		if got := order(hub.Snapshot()); got != "south/a=alarm north/a=fine " {
			t.Fatalf("two heartbeats are not yet silence: %s", got)
		}

		time.Sleep(time.Millisecond)
		b := hub.Snapshot()
		if got := order(b); got != "north/a=silent south/a=alarm " {
			t.Fatalf("board: %s", got)
		}
		if !b.Lanes[0].SilentSince.Equal(heard) || !b.Gates[0].Silent || b.Gates[1].Silent {
			t.Errorf("silent since %v, gates %+v", b.Lanes[0].SilentSince, b.Gates)
		}

		hub.Forget("north")
		if got := order(hub.Snapshot()); got != "south/a=alarm " {
			t.Errorf("after Forget: %s", got)
		}
	})
}

func order(b Board) (s string) {
	for _, l := range b.Lanes {
		s += fmt.Sprintf("%s/%s=%s ", l.Gate, l.ID, l.Level)
	}
	return s
}

func TestLevel(t *testing.T) {
	fault := []wire.Condition{{Name: "camera_down", Text: "The camera is gone."}}
	tests := []struct {
		name       string
		state      string
		works      string
		event      checkin.EventID
		right      bool
		conditions []wire.Condition
		want       Level
	}{
		{"all well", "ready", "face", "gala", true, nil, Fine},
		{"tickets by choice", "ready", "qr_online", "gala", true, nil, Fine},
		{"camera gone", "ready", "qr_online", "gala", true, fault, Degraded},
		{"gallery wrong", "ready", "qr_online", "gala", false, nil, Degraded},
		{"bus gone", "ready", "qr_offline", "gala", true, nil, Degraded},
		{"staff only", "ready", "staff", "gala", true, nil, Alarm},
		{"fire", "evacuate", "face", "gala", true, nil, Alarm},
		{"broken", "out_of_service", "staff", "", true, fault, Alarm},
		{"no event", "ready", "staff", "", false, nil, Idle},
		{"no event, a fault", "ready", "staff", "", false, fault, Degraded},
	}
	for _, tt := range tests {
		hub := New(time.Now)
		s := status("north", lane("a", tt.state, tt.works))
		s.Event, s.Gallery.Right, s.Conditions = tt.event, tt.right, tt.conditions
		hub.Status(s)
		if got := hub.Snapshot().Lanes[0].Level; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestPerMinuteCountsWhenItHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := New(time.Now)
		hub.Status(status("north", lane("a", "ready", "face")))
		perMinute := func() int { return hub.Snapshot().Lanes[0].PerMinute }

		hub.Record(passage("north", "a", "p1", time.Now()))
		hub.Record(passage("north", "a", "p1", time.Now()))
		hub.Record(passage("north", "a", "late", time.Now().Add(-time.Hour)))
		slow := passage("north", "a", "p2", time.Now().Add(-time.Hour))
		slow.ClockOffset = time.Hour
		hub.Record(slow)
		abandoned := passage("north", "a", "p3", time.Now())
		abandoned.Passage.Outcome = checkin.PassageAbandoned
		hub.Record(abandoned)
		if got := perMinute(); got != 2 {
			t.Errorf("now: %d, want 2 (one sent twice, one by a slow clock)", got)
		}
		time.Sleep(time.Minute)
		if got := perMinute(); got != 0 {
			t.Errorf("a minute later: %d, want 0", got)
		}
	})
}

func TestLastOutcomeIsTheNewest(t *testing.T) {
	now := time.Date(2026, 6, 1, 20, 0, 0, 0, time.UTC)
	hub := New(func() time.Time { return now })
	admission := func(at time.Time, r checkin.Reason) wire.Record {
		return wire.Record{Kind: wire.RecordAdmission, Gate: "north", Admission: &checkin.Admission{Lane: "a", At: at, Reason: r}}
	}
	s := status("north", lane("a", "ready", "face"))
	s.Lanes[0].Last = &wire.LastOutcome{At: now, Reason: checkin.ReasonNoMatch}
	hub.Status(s)
	hub.Record(admission(now.Add(-time.Second), checkin.ReasonGranted))
	if got := hub.Snapshot().Lanes[0].Last.Reason; got != checkin.ReasonNoMatch {
		t.Errorf("an older record won: %s", got)
	}
	hub.Record(admission(now.Add(time.Second), checkin.ReasonAlreadyUsed))
	if got := hub.Snapshot().Lanes[0].Last.Reason; got != checkin.ReasonAlreadyUsed {
		t.Errorf("a newer record lost: %s", got)
	}
}

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := New(time.Now)
		hub.Status(status("north", lane("a", "ready", "face")))
		ctx, cancel := context.WithCancel(t.Context())
		first, changed := hub.Follow(ctx)
		if len(first.Lanes) != 1 {
			t.Fatalf("snapshot holds %d lanes, want 1", len(first.Lanes))
		}

		for range 1000 { // nobody reads: nobody waits
			hub.Status(status("south", lane("a", "ready", "face")))
		}
		<-changed
		if n := len(hub.Snapshot().Lanes); n != 2 {
			t.Errorf("after the signal: %d lanes, want 2", n)
		}
		select {
		case <-changed:
			t.Error("1000 changes gave more than one signal")
		default:
		}

		cancel()
		synctest.Wait()
		if _, open := <-changed; open {
			t.Error("the channel is open after ctx ended")
		}
		hub.Status(status("south"))
	})
}

func TestBoardSharesNothing(t *testing.T) {
	hub := New(time.Now)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 100 {
				gate := checkin.GateID(fmt.Sprint("gate-", i))
				hub.Status(status(gate, lane("a", "ready", "face")))
				hub.Record(passage(gate, "a", fmt.Sprint(n), time.Now()))
				b := hub.Snapshot()
				b.Lanes[0].State, b.Gates[0].Lanes[0].State = "mine", "mine"
			}
		})
	}
	wg.Wait()
	for _, l := range hub.Snapshot().Lanes {
		if l.State != "ready" {
			t.Fatalf("a reader changed the hub: %+v", l)
		}
	}
}
