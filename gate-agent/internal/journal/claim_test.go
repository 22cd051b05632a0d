package journal

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestClaim(t *testing.T) {
	const claim, confirm, release = "claim", "confirm", "release"
	type step struct {
		do        string
		admission checkin.AdmissionID
		after     time.Duration
		won       bool
		holder    checkin.AdmissionID
	}
	for name, steps := range map[string][]step{
		"first wins":                    {{claim, "a", 0, true, "a"}, {claim, "b", time.Second, false, "a"}},
		"the same admission wins again": {{claim, "a", 0, true, "a"}, {claim, "a", time.Second, true, "a"}},
		"released is free":              {{claim, "a", 0, true, "a"}, {do: release, admission: "a"}, {claim, "b", time.Second, true, "b"}},
		"only its own is released":      {{claim, "a", 0, true, "a"}, {do: release, admission: "b"}, {claim, "b", time.Second, false, "a"}},
		"confirmed is not released":     {{claim, "a", 0, true, "a"}, {do: confirm, admission: "a"}, {do: release, admission: "a"}, {claim, "b", time.Second, false, "a"}},
		"unconfirmed expires":           {{claim, "a", 0, true, "a"}, {claim, "b", time.Minute, false, "a"}, {claim, "b", time.Minute + 1, true, "b"}},
		"confirmed never expires":       {{claim, "a", 0, true, "a"}, {do: confirm, admission: "a"}, {claim, "b", time.Hour, false, "a"}},
		"confirmed stays confirmed":     {{claim, "a", 0, true, "a"}, {do: confirm, admission: "a"}, {claim, "a", 0, true, "a"}, {claim, "b", time.Hour, false, "a"}},
		"only its own is confirmed":     {{claim, "a", 0, true, "a"}, {do: confirm, admission: "b"}, {claim, "b", time.Hour, true, "b"}},
		"confirm without a claim":       {{do: confirm, admission: "a"}, {claim, "b", 0, true, "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, journalPath(t), Config{ClaimExpiry: time.Minute})
			for i, s := range steps {
				var err error
				switch s.do {
				case confirm:
					err = j.ConfirmClaim(t.Context(), "gala", "c1", s.admission)
				case release:
					err = j.ReleaseClaim(t.Context(), "gala", "c1", s.admission)
				default:
					var won bool
					var holder wire.Claim
					won, holder, err = j.Claim(t.Context(), "gala", "c1", wire.Claim{Admission: s.admission, At: start.Add(s.after)})
					if won != s.won || holder.Admission != s.holder {
						t.Errorf("step %d: won %v, held by %s, want %v, %s", i+1, won, holder.Admission, s.won, s.holder)
					}
				}
				if err != nil {
					t.Fatalf("step %d: %v", i+1, err)
				}
			}
		})
	}
}

func TestClaimIsWonOnce(t *testing.T) {
	path := journalPath(t)
	j := open(t, path, Config{})
	var wins atomic.Int32
	var winner atomic.Value
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			a := checkin.AdmissionID(fmt.Sprint("a", i))
			won, _, err := j.Claim(t.Context(), "gala", "c1", wire.Claim{Admission: a, At: start})
			if err != nil {
				t.Error(err)
			}
			if won {
				wins.Add(1)
				winner.Store(a)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Fatalf("%d lanes won", wins.Load())
	}
	j.Close()
	won, holder, err := open(t, path, Config{}).Claim(t.Context(), "gala", "c1", wire.Claim{Admission: "late", At: start})
	if err != nil || won || holder.Admission != winner.Load() {
		t.Errorf("after a restart: won %v, held by %s, %v", won, holder.Admission, err)
	}
	if won, _, err := j.Claim(t.Context(), "gala", "c2", wire.Claim{Admission: "x"}); won || err == nil {
		t.Errorf("closed journal: won %v, %v", won, err)
	}
}
