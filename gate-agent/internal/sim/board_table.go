package sim

import "time"

// speak takes the bytes that have arrived at a board, obeys every whole command
// in them, and returns the bytes that may begin another command and the board's
// reply. Bit n-1 of contacts is set while input n is closed.
type speak func(in []byte, r relays, contacts byte, now time.Time) (rest, reply []byte)

// boards maps the profiles to their simulations. These are written from the
// boards' manuals and share nothing with the profiles, so that each checks the
// other.
var boards = map[string]speak{
	"lcus-1":        speakLCUS,
	"lcus-2":        speakLCUS,
	"lcus-4":        speakLCUS,
	"lcus-8":        speakLCUS,
	"waveshare-8ch": speakWaveshare,
}

// relays are the relays of a board, the first one at index 0.
type relays []relay

type relay struct {
	held  bool      // on until told otherwise
	until time.Time // end of a pulse that the board times itself
	rises int
}

func (r *relay) on(now time.Time) bool { return r.held || now.Before(r.until) }

// set holds the relay on or off and ends a pulse.
func (r *relay) set(on bool, now time.Time) {
	if on && !r.on(now) {
		r.rises++
	}
	r.held, r.until = on, time.Time{}
}

// flash energises the relay for d.
func (r *relay) flash(d time.Duration, now time.Time) {
	if !r.on(now) {
		r.rises++
	}
	r.held, r.until = false, now.Add(d)
}
