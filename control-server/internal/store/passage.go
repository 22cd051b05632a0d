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

// Lane names one lane of one gate.
type Lane struct {
	Gate checkin.GateID
	Lane checkin.LaneID
}

// PassagesPerMinute returns how many people a minute have passed through each
// lane from since until now, at any event. A lane that nobody used is absent.
func (tx *Tx) PassagesPerMinute(since time.Time) (map[Lane]float64, error) {
	minutes := tx.now.Sub(since).Minutes()
	rates := map[Lane]float64{}
	err := tx.each("count passages", func(s scan) error {
		var lane Lane
		var n int
		err := s(&lane.Gate, &lane.Lane, &n)
		rates[lane] = float64(n) / minutes
		return err
	}, `SELECT gate, lane, count(*) FROM passages INDEXED BY passages_by_time
	    WHERE outcome = 'completed' AND at + clock_offset >= ? AND at + clock_offset < ? GROUP BY gate, lane`,
		since.UnixMicro(), tx.now.UnixMicro())
	return rates, err
}

// PassagesByLane returns how many people have passed through each lane at an
// event. A lane that nobody used is absent.
func (tx *Tx) PassagesByLane(event checkin.EventID) (map[Lane]int, error) {
	counts := map[Lane]int{}
	err := tx.each("count passages", func(s scan) error {
		var lane Lane
		var n int
		err := s(&lane.Gate, &lane.Lane, &n)
		counts[lane] = n
		return err
	}, `SELECT gate, lane, count(*) FROM passages WHERE event = ? AND outcome = 'completed' GROUP BY gate, lane`, event)
	return counts, err
}
