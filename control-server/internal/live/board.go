package live

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// silence is how long a gate may say nothing before it counts as silent.
const silence = 2 * wire.StatusEvery

// Level is how much attention a lane needs.
type Level int

// From the calmest to the worst.
const (
	Idle     Level = iota // serves no event
	Fine                  // everything that the event wants works
	Degraded              // people get in, but not in the best way
	Alarm                 // nobody gets in without staff
	Silent                // the gate says nothing: its true state is unknown
)

func (l Level) String() string {
	return [...]string{"idle", "fine", "degraded", "alarm", "silent"}[l]
}

// Board is every gate and lane at one moment. It shares nothing with the hub.
type Board struct {
	At    time.Time
	Gates []Gate // by id
	Lanes []Lane // worst first, then by gate and lane name
}

// Gate is the newest word of one gate.
type Gate struct {
	wire.Status
	Heard  time.Time // when, by the server's clock
	Silent bool
}

// Lane is one lane as staff need to see it.
type Lane struct {
	wire.LaneStatus
	Gate    checkin.GateID
	Event   checkin.EventID
	Level   Level
	Gallery wire.GalleryStatus
	// Conditions are the lane's and its gate's.
	Conditions []wire.Condition
	// PerMinute is the passages completed in the last 60 seconds.
	PerMinute int
	// SilentSince is when a silent gate was last heard; zero otherwise.
	SilentSince time.Time
}

// board derives the board from what the gates said. The caller holds mu.
func (h *Hub) board() Board {
	b := Board{At: h.now()}
	for _, g := range h.gates {
		if g.heard.IsZero() {
			continue // only old records so far
		}
		silent := b.At.Sub(g.heard) > silence
		b.Gates = append(b.Gates, Gate{Status: clone(g.status), Heard: g.heard, Silent: silent})
		for _, s := range g.status.Lanes {
			b.Lanes = append(b.Lanes, g.lane(s, silent, b.At))
		}
	}
	slices.SortFunc(b.Gates, func(x, y Gate) int { return cmp.Compare(x.Gate, y.Gate) })
	slices.SortFunc(b.Lanes, func(x, y Lane) int {
		return cmp.Or(
			cmp.Compare(y.Level, x.Level),
			cmp.Compare(x.Gate, y.Gate),
			cmp.Compare(x.Name, y.Name),
			cmp.Compare(x.ID, y.ID),
		)
	})
	return b
}

func (g *gate) lane(s wire.LaneStatus, silent bool, now time.Time) Lane {
	l := Lane{
		LaneStatus: s,
		Gate:       g.status.Gate,
		Event:      g.status.Event,
		Gallery:    g.status.Gallery,
		Conditions: slices.Concat(s.Conditions, g.status.Conditions),
		PerMinute:  g.perMinute(s.ID, now),
	}
	last := g.last[s.ID]
	if s.Last != nil && s.Last.At.After(last.At) {
		last = *s.Last
	}
	if l.Last = nil; !last.At.IsZero() {
		l.Last = &last
	}
	if silent {
		l.SilentSince = g.heard
	}
	l.Level = l.level()
	return l
}

// perMinute counts the passages of the last minute.
func (g *gate) perMinute(lane checkin.LaneID, now time.Time) (n int) {
	for _, at := range g.passages[lane] {
		if now.Sub(at) < minute {
			n++
		}
	}
	return n
}

// forget drops the passages that count no longer.
func (g *gate) forget(now time.Time) {
	for _, lane := range g.passages {
		maps.DeleteFunc(lane, func(_ checkin.PassageID, at time.Time) bool { return now.Sub(at) >= minute })
	}
}

func (l Lane) level() Level {
	switch {
	case !l.SilentSince.IsZero():
		return Silent
	case l.State == "evacuate" || l.State == "out_of_service":
		return Alarm
	case l.Event == "" && len(l.Conditions) == 0:
		return Idle
	case l.Event != "" && l.Works == "staff":
		return Alarm
	// Without a condition, tickets alone are what the event's policy wants.
	case len(l.Conditions) > 0 || l.Works == "qr_offline" || l.Event != "" && !l.Gallery.Right:
		return Degraded
	}
	return Fine
}

func clone(s wire.Status) wire.Status {
	s.Lanes = slices.Clone(s.Lanes)
	s.Conditions = slices.Clone(s.Conditions)
	return s
}
