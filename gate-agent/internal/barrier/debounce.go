package barrier

import "time"

// debouncer believes a contact once it has held one state for a while. The
// first state is reported too.
type debouncer struct {
	hold      time.Duration
	known     bool // believed has been reported
	believed  bool
	candidate bool
	since     time.Time // of candidate; zero before the first sample
}

// sample takes the contact's state at now and reports whether a new state is to
// be believed, and since when it has held.
func (d *debouncer) sample(state bool, now time.Time) (since time.Time, changed bool) {
	if d.since.IsZero() || state != d.candidate {
		d.candidate, d.since = state, now
	}
	if now.Sub(d.since) < d.hold || d.known && d.believed == d.candidate {
		return time.Time{}, false
	}
	d.known, d.believed = true, d.candidate
	return d.since, true
}
