package app

import (
	"context"
	"time"

	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// How full the journal may get before staff are told.
const journalWarning = 0.5

// reportStatus sends the heartbeat, and at once when something changes.
func (a *App) reportStatus(ctx context.Context) error {
	tick := time.NewTicker(wire.StatusEvery)
	defer tick.Stop()
	for {
		if a.uplink.Online() {
			if err := a.uplink.Status(a.status()); err != nil {
				a.log.Debug("status was not sent", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-a.health.Changed():
		case <-a.changed:
		}
	}
}

// touch asks for a heartbeat now.
func (a *App) touch() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *App) status() wire.Status {
	if a.journal.Fill() > journalWarning {
		a.health.Gate().Raise(health.JournalFull, "The journal fills up: records wait for the control server. Check the network.")
	}
	standing := a.duty.standing()
	s := wire.Status{
		Gate: a.pairing.Gate, At: time.Now().UTC(), Event: standing.Event.ID, Gallery: a.gallery.Status(),
		Unsent: a.journal.Pending(), Conditions: a.health.Gate().List(),
	}
	for _, l := range a.lanes {
		s.Lanes = append(s.Lanes, l.status(standing, s.Gallery))
	}
	return s
}

// What works on a lane, best first.
const (
	worksFace      = "face"
	worksQROnline  = "qr_online"
	worksQROffline = "qr_offline"
	worksStaff     = "staff"
)

// works is the step of the ladder that a lane stands on, if its board is up and
// it sees: by camera faces and tickets, by a scanner tickets alone.
func works(s checkin.Standing, g wire.GalleryStatus, camera, scanner bool) string {
	switch {
	case !camera && !scanner:
		return worksStaff
	case !s.Served || !s.Event.Closed.IsZero() || g.Tickets+g.Faces == 0:
		return worksStaff
	case !s.Online && s.Event.Policy.Offline == checkin.OfflineDeny:
		return worksStaff
	case !s.Online && s.Event.Policy.Offline == checkin.OfflineTicket:
		return worksQROffline
	case camera && s.Event.Policy.Match == checkin.MatchIdentify && g.Right && g.Faces > 0:
		return worksFace
	case !s.Online:
		return worksQROffline
	default:
		return worksQROnline
	}
}

// stateWord is a state as wire.LaneStatus names it: what a decision waits for is
// the lane's own business.
func stateWord(s lane.State) string {
	switch s {
	case lane.Claiming, lane.Recording, lane.Releasing:
		return "deciding"
	}
	return string(s)
}

// status of one lane: without a board only staff can help.
func (l *laneRun) status(standing checkin.Standing, g wire.GalleryStatus) wire.LaneStatus {
	state, last := l.driver.snapshot()
	s := wire.LaneStatus{
		LaneInfo: l.info(), State: stateWord(state), Last: last, Conditions: l.health.List(),
		Works: works(standing, g, l.camera.Fault() == nil, l.scanner != nil),
	}
	if state == lane.OutOfService || state == lane.Evacuate {
		s.Works = worksStaff
	}
	return s
}
