package console

import (
	"cmp"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
)

// tile is one lane on the board. A gate that has not spoken since the server
// started is one too, with no lane id: its lanes are not known yet.
type tile struct {
	live.Lane
	GateName string
}

// compare puts trouble first, then goes by the names that staff read.
func (t tile) compare(other tile) int {
	return cmp.Or(
		cmp.Compare(other.Level, t.Level),
		cmp.Compare(t.GateName, other.GateName),
		cmp.Compare(t.Name, other.Name),
		cmp.Compare(t.DOM(), other.DOM()),
	)
}

// DOM is the id of the tile's element.
func (t tile) DOM() string { return "lane-" + string(t.Gate) + "-" + string(t.ID) }

// Known reports whether the gate has said anything yet.
func (t tile) Known() bool { return t.ID != "" }

// Unconfirmed reports whether nothing at the lane sees who went through.
func (t tile) Unconfirmed() bool { return t.Known() && !t.ClosedLoop }

// GalleryWrong reports whether the gate knows that its copy is not the right one.
func (t tile) GalleryWrong() bool { return t.Known() && t.Event != "" && !t.Gallery.Right }

// Word is the lane's state in one or two words.
func (t tile) Word() string {
	switch {
	case t.Level == live.Silent:
		return "Silent"
	case t.Level == live.Idle:
		return "No event"
	case t.Level == live.Alarm && t.Works == "staff" && t.State == "ready":
		return "Staff only"
	}
	return wordFor(stateWords, t.State)
}

// Trouble reports whether staff should go there.
func (t tile) Trouble() bool { return t.Level >= live.Alarm }

// Outcome is the last decision in words.
func (t tile) Outcome() string {
	if t.Last.Outcome == checkin.Admitted {
		return "Admitted"
	}
	return "Denied"
}

// Reason says why the last one was denied, or by what means it was admitted.
func (t tile) Reason() string {
	if t.Last.Outcome == checkin.Admitted {
		return "by " + string(t.Last.Means)
	}
	return reasonWord(t.Last.Reason)
}

// rung is one step of what may work at a lane.
type rung struct {
	Word  string
	Class string // "off", "best" or "on"
	Says  string // for those who do not see the class
}

// Ladder is what works now, the best first. Below the best, everything does.
func (t tile) Ladder() []rung {
	rungs := []rung{{Word: "Face"}, {Word: "QR"}, {Word: "QR offline"}, {Word: "Staff"}}
	best := map[string]int{"face": 0, "qr_online": 1, "qr_offline": 2, "staff": 3}[t.Works]
	for i := range rungs {
		switch {
		case i < best:
			rungs[i].Class, rungs[i].Says = "off", "does not work"
		case i == best:
			rungs[i].Class, rungs[i].Says = "best", "is the best that works"
		default:
			rungs[i].Class, rungs[i].Says = "on", "works"
		}
	}
	return rungs
}
