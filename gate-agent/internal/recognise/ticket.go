package recognise

import (
	"fmt"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/vision"
)

// shown is the ticket in front of the camera.
type shown struct {
	secret   string
	seen     time.Time
	answered bool
}

const (
	// A ticket that was away for this long is being shown again.
	shownAgain = time.Second
	// Frames are searched for tickets this often: looking at one without a code
	// costs as much as finding a face. Somebody who holds a ticket up for half a
	// second is still read three times.
	ticketEvery = 150 * time.Millisecond
)

// readTicket presents a ticket once for as long as it is held up.
func (w *Watcher) readTicket(f vision.Frame) error {
	if f.At.Sub(w.ticketsRead) < ticketEvery {
		return nil
	}
	w.ticketsRead = f.At
	codes, err := w.tickets.Read(f)
	if err != nil {
		return fmt.Errorf("read tickets: %w", err)
	}
	if len(codes) == 0 {
		return nil
	}
	if codes[0] != w.ticket.secret || f.At.Sub(w.ticket.seen) > shownAgain {
		w.ticket = shown{secret: codes[0]}
	}
	w.ticket.seen = f.At
	if w.ticket.answered {
		return nil
	}
	w.ticket.answered = w.PresentTicket(codes[0], f.At)
	return nil
}

// PresentTicket presents a ticket that was read at seen, by this lane's camera
// or by a scanner. False means that the lane was busy.
func (w *Watcher) PresentTicket(secret string, seen time.Time) bool {
	if !w.lane.Accepts() {
		return false
	}
	found := w.gallery.Ticket(secret)
	return w.lane.Present(checkin.Presentation{
		Means: checkin.MeansTicket, Seen: seen, Live: true,
		Verdict: found.Verdict, Holder: found.Holder, Credentials: found.Credentials,
	})
}
