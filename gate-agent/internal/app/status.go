package app

import (
	"context"
	"fmt"
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
		Unsent: a.journal.Pending(),
	}
	armed := a.arm(standing, s.Gallery)
	s.Conditions = a.health.Gate().List()
	for _, l := range a.lanes {
		s.Lanes = append(s.Lanes, l.status(standing, s.Gallery, armed))
	}
	return s
}

// arm reports whether faces can be told apart as well as the event wants, and
// shows it when not.
func (a *App) arm(standing checkin.Standing, g wire.GalleryStatus) bool {
	policy := standing.Event.Policy
	if a.gallery.Armed(policy.FPIR) || !standing.Served || policy.Match != checkin.MatchIdentify {
		a.health.Gate().Clear(health.FaceNotArmed)
		return true
	}
	a.health.Gate().Raise(health.FaceNotArmed, fmt.Sprintf("Lanes ask for tickets: among %d enrolled faces this recogniser "+
		"cannot keep to the %g %% of strangers that the event allows to be taken for somebody.", g.Faces, 100*policy.FPIR))
	return false
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
func works(s checkin.Standing, g wire.GalleryStatus, armed, camera, scanner bool) string {
	switch {
	case !camera && !scanner:
		return worksStaff
	case !s.Served || !s.Event.Closed.IsZero() || g.Tickets+g.Faces == 0:
		return worksStaff
	case !s.Online && s.Event.Policy.Offline == checkin.OfflineDeny:
		return worksStaff
	case !s.Online && s.Event.Policy.Offline == checkin.OfflineTicket:
		return worksQROffline
	case camera && armed && s.Event.Policy.Match == checkin.MatchIdentify && g.Right && g.Faces > 0:
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
func (l *laneRun) status(standing checkin.Standing, g wire.GalleryStatus, armed bool) wire.LaneStatus {
	state, last := l.driver.snapshot()
	s := wire.LaneStatus{
		LaneInfo: l.info(), State: stateWord(state), Last: last, Conditions: l.health.List(),
		Works: works(standing, g, armed, l.camera.Fault() == nil, l.scanner != nil),
	}
	if state == lane.OutOfService || state == lane.Evacuate {
		s.Works = worksStaff
	}
	return s
}
