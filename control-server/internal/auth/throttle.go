package auth

import (
	"hash/maphash"
	"sync"
	"time"
)

// throttle is a token bucket per key: burst at once, then one every interval.
// Its size is fixed: keys share buckets by a hash that nobody outside can
// foresee, so a flood of keys takes no memory and evicts nobody.
type throttle struct {
	burst    time.Duration // how far ahead of now a bucket may be drawn
	interval time.Duration
	seed     maphash.Seed

	mu sync.Mutex
	// due is when a bucket is full again: one time says how much is in it.
	due [4096]time.Time
}

func newThrottle(burst int, interval time.Duration) *throttle {
	return &throttle{burst: time.Duration(burst) * interval, interval: interval, seed: maphash.MakeSeed()}
}

// take takes a token and reports whether there was one.
func (t *throttle) take(key string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	due := t.bucket(key)
	next := due.Add(t.interval)
	if due.Before(now) {
		next = now.Add(t.interval)
	}
	if next.Sub(now) > t.burst {
		return false
	}
	*due = next
	return true
}

// giveBack returns a token that was taken.
func (t *throttle) giveBack(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	due := t.bucket(key)
	*due = due.Add(-t.interval)
}

func (t *throttle) bucket(key string) *time.Time {
	return &t.due[maphash.String(t.seed, key)%uint64(len(t.due))]
}
