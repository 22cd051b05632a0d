package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/openstile/stile/gate-agent/internal/gallery"
	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/recognise"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// duty is what the gate serves now, as the server's last Assignment said.
type duty struct {
	app *App

	mu      sync.RWMutex
	event   *checkin.Event
	expires time.Time // of the event key
	signed  map[checkin.EventID]bool
	kept    *checkin.EventID // whose claims and sent records the journal keeps
}

var _ recognise.Gallery = (*duty)(nil)

func newDuty(a *App) *duty { return &duty{app: a, signed: map[checkin.EventID]bool{}} }

// assigned follows an Assignment: it wipes what must go, signs for it, and
// takes over the key of what it serves now.
func (d *duty) assigned(a wire.Assignment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	keep := a.Event != nil && len(a.EventKey) > 0 && time.Now().Before(a.KeyExpires)
	if held := d.app.gallery.Event(); held != "" && (!keep || held != a.Event.ID) {
		d.purge(held)
	}
	for _, event := range a.Purge {
		if !d.signed[event] {
			d.purge(event) // nothing is held any more: the receipt says so
		}
	}
	d.event = a.Event
	gate := d.app.health.Gate()
	if !keep {
		if a.Event == nil {
			gate.Raise(health.NoEvent, "This gate serves no event. Assign one on the console.")
		} else {
			gate.Raise(health.NoEvent, "The event is closed and its templates are destroyed.")
		}
		gate.Clear(health.GalleryWrong)
		d.prune("")
		return
	}
	gate.Clear(health.NoEvent)
	d.expires = a.KeyExpires
	key, err := seal.EventKeyFrom(slices.Clone(a.EventKey))
	if err != nil {
		d.app.log.Error("event key cannot be used", "event", a.Event.ID, "err", err)
		return
	}
	d.prune(a.Event.ID)
	d.app.gallery.Serve(a.Event.ID, key)
}

// prune drops what other events left in the journal.
func (d *duty) prune(keep checkin.EventID) {
	if d.kept != nil && *d.kept == keep {
		return
	}
	if err := d.app.journal.Prune(context.Background(), keep); err != nil {
		d.app.log.Warn("journal was not pruned", "err", err)
		return
	}
	d.kept = &keep
	d.app.health.Gate().Clear(health.DoubleAdmission)
}

// purge wipes the gallery, if it is event's, and signs a receipt.
func (d *duty) purge(event checkin.EventID) {
	r := checkin.Receipt{Kind: checkin.ReceiptPurge, Event: event}
	if d.app.gallery.Event() == event {
		r = d.app.gallery.Wipe()
		d.app.log.Info("gallery wiped", "event", event, "templates", r.Count)
	}
	d.signed[event] = d.app.sign(r) == nil // one that was lost is signed anew when it is asked for
}

// run enforces the event key's expiry, whether or not the server is heard.
func (d *duty) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		d.mu.Lock()
		if held := d.app.gallery.Event(); held != "" && time.Now().After(d.expires) {
			d.purge(held)
			d.event = nil
			d.app.health.Gate().Raise(health.NoEvent, "The event is over and its key has expired; the gallery was wiped.")
		}
		d.mu.Unlock()
	}
}

// standing is what a decision needs to know of the event.
func (d *duty) standing() checkin.Standing {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s := checkin.Standing{Online: d.app.uplink.Online()}
	if d.event != nil {
		s.Event, s.Served = *d.event, true
	}
	return s
}

// Wanted says whether faces are used at this event, and what follows from their
// liveness.
func (d *duty) Wanted() (faces bool, liveness checkin.LivenessMode) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.event == nil {
		return false, checkin.LivenessOff
	}
	return d.event.Policy.Match == checkin.MatchIdentify, d.event.Policy.Liveness
}

// Searchable reports whether a face could be anybody.
func (d *duty) Searchable() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.event != nil && d.app.gallery.Searchable(d.event.Policy.FPIR)
}

// Identify searches with the threshold that the event's policy asks for.
func (d *duty) Identify(probe face.Vector) recognise.Found {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.event == nil {
		return recognise.Found{Verdict: checkin.VerdictUnknown}
	}
	return found(d.app.gallery.Identify(probe, d.event.Policy.FPIR))
}

// Ticket looks a ticket up.
func (d *duty) Ticket(secret string) recognise.Found { return found(d.app.gallery.Ticket(secret)) }

func found(f gallery.Found) recognise.Found { return recognise.Found(f) }
