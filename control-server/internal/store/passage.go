package store

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// SavePassage stores the passage of a valid record, whether or not its event or
// its admission is known. fresh is false when the gate's passage with that id is
// there already; then nothing changes.
func (tx *Tx) SavePassage(rec wire.Record) (fresh bool, err error) {
	p := rec.Passage
	n, err := tx.exec("save passage",
		`INSERT INTO passages (id, admission, event, gate, lane, at, outcome, confirmed, frame_to_release,
		   received, clock_offset, clock_bound)
		 VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (gate, id) DO NOTHING`,
		p.ID, p.Admission, p.Event, p.Gate, p.Lane, p.At.UnixMicro(), p.Outcome, p.Confirmed,
		p.FrameToRelease.Microseconds(), stamp(tx.now), rec.ClockOffset.Microseconds(), rec.ClockBound.Microseconds())
	return n == 1, err
}

// ReleaseTimes returns how long people waited from the deciding frame or scan to
// the release, shortest first, for every release of an event.
func (tx *Tx) ReleaseTimes(event checkin.EventID) ([]time.Duration, error) {
	return list(tx, "read release times", func(s scan) (d time.Duration, err error) {
		err = s(micros{&d})
		return d, err
	}, `SELECT frame_to_release FROM passages WHERE event = ? AND frame_to_release > 0 ORDER BY frame_to_release`, event)
}
