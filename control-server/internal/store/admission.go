package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// Arrival is how a gate's record came in. Its At is by the gate's clock;
// ClockOffset was to be added to it for the server's, give or take ClockBound.
type Arrival struct {
	Received    time.Time
	ClockOffset time.Duration
	ClockBound  time.Duration
}

// StoredAdmission is an admission in the order of its arrival: Seq rises.
type StoredAdmission struct {
	checkin.Admission
	Arrival
	Seq int64
}

const admissionColumns = `id, event, gate, lane, at, means, outcome, reason, holder, credential,
	suspect, offline, elsewhere_gate, elsewhere_lane, elsewhere_at, received, clock_offset, clock_bound`

func scanAdmission(s scan) (a StoredAdmission, err error) {
	err = s(&a.Seq, &a.ID, &a.Event, &a.Gate, &a.Lane, stamped{&a.At}, &a.Means, &a.Outcome, &a.Reason,
		&a.Holder, &a.Credential, &a.Suspect, &a.Offline,
		&a.ElsewhereGate, &a.ElsewhereLane, stamped{&a.ElsewhereAt},
		stamped{&a.Received}, micros{&a.ClockOffset}, micros{&a.ClockBound})
	return a, err
}

// SaveAdmission stores the admission of a valid record, whether or not its event
// is known. fresh is false when the gate's admission with that id is there
// already; then nothing changes.
func (tx *Tx) SaveAdmission(rec wire.Record) (fresh bool, err error) {
	a := rec.Admission
	n, err := tx.exec("save admission",
		`INSERT INTO admissions (`+admissionColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		 ON CONFLICT (gate, id) DO NOTHING`,
		a.ID, a.Event, a.Gate, a.Lane, a.At.UnixMicro(), a.Means, a.Outcome, a.Reason, a.Holder, a.Credential,
		a.Suspect, a.Offline, a.ElsewhereGate, a.ElsewhereLane, stamp(a.ElsewhereAt),
		stamp(tx.now), rec.ClockOffset.Microseconds(), rec.ClockBound.Microseconds())
	return n == 1, err
}

// Admissions returns up to limit admissions of an event that arrived after the
// one with that Seq, in order of arrival. 0 is before the first.
func (tx *Tx) Admissions(event checkin.EventID, after int64, limit int) ([]StoredAdmission, error) {
	return list(tx, "read admissions", scanAdmission,
		`SELECT seq, `+admissionColumns+` FROM admissions WHERE event = ? AND seq > ? ORDER BY seq LIMIT ?`,
		event, after, limit)
}
