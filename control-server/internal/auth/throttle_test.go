package auth

import (
	"fmt"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	now := time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)
	th := newThrottle(3, time.Minute)
	take := func(want bool) {
		t.Helper()
		if got := th.take("ada", now); got != want {
			t.Errorf("take: got %v, want %v", got, want)
		}
	}
	for range 3 {
		take(true)
	}
	take(false)
	now = now.Add(59 * time.Second)
	take(false)
	now = now.Add(time.Second)
	take(true)
	take(false)
	th.giveBack("ada")
	take(true)
	take(false)
	now = now.Add(time.Hour) // a bucket holds no more than its burst
	for range 3 {
		take(true)
	}
	take(false)
}

func TestThrottleSurvivesFlood(t *testing.T) {
	now := time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)
	th := newThrottle(1, time.Minute)
	th.take("ada", now)
	for i := range 100_000 {
		th.take(fmt.Sprint(i), now)
	}
	if th.take("ada", now) {
		t.Error("a flood of other keys gave a token back")
	}
}
