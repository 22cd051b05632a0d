// Package live holds what is happening now: the newest word of every gate, as
// one board. Nothing here is durable; after a restart the gates' heartbeats
// fill it again within a second.
package live

import (
	"context"
	"sync"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// minute is the window of PerMinute.
const minute = 60 * time.Second

// Hub gathers heartbeats and records. It is safe for concurrent use.
type Hub struct {
	now func() time.Time

	mu        sync.Mutex
	gates     map[checkin.GateID]*gate
	followers map[chan struct{}]struct{}
}

type gate struct {
	status   wire.Status
	heard    time.Time // by the server's clock: a gate's own may be wrong
	passages map[checkin.LaneID]map[checkin.PassageID]time.Time
	last     map[checkin.LaneID]wire.LastOutcome
}

// New makes an empty hub that tells time by now.
func New(now func() time.Time) *Hub {
	return &Hub{
		now:       now,
		gates:     map[checkin.GateID]*gate{},
		followers: map[chan struct{}]struct{}{},
	}
}

// Status takes a gate's heartbeat. The bus has checked who sent it.
func (h *Hub) Status(s wire.Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.gate(s.Gate)
	g.status = s
	g.heard = h.now()
	g.forget(g.heard)
	h.signal()
}

// Record takes a stored record: admissions become a lane's last outcome,
// completed passages count for a minute. The same record twice counts once, and
// one that waited out a network failure counts for when it happened.
func (h *Hub) Record(r wire.Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.Admission != nil:
		a := r.Admission
		g := h.gate(r.Gate)
		if !a.At.Before(g.last[a.Lane].At) {
			g.last[a.Lane] = wire.LastOutcome{At: a.At, Means: a.Means, Outcome: a.Outcome, Reason: a.Reason}
		}
	case r.Passage != nil && r.Passage.Outcome == checkin.PassageCompleted:
		p := r.Passage
		at := p.At.Add(r.ClockOffset)
		if h.now().Sub(at) >= minute {
			return
		}
		g := h.gate(r.Gate)
		if g.passages[p.Lane] == nil {
			g.passages[p.Lane] = map[checkin.PassageID]time.Time{}
		}
		g.passages[p.Lane][p.ID] = at
	default:
		return
	}
	h.signal()
}

// Forget drops a gate, once it is revoked.
func (h *Hub) Forget(id checkin.GateID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.gates, id)
	h.signal()
}

// Snapshot returns the board as it is now.
func (h *Hub) Snapshot() Board {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.board()
}

// Follow returns the board as it is now and a channel that gets a signal after
// later changes; no change between the two is missed. Signals coalesce, so a
// slow reader sees fewer of them and holds nobody up; it takes a Snapshot when
// it is ready. Time alone changes a board too (a gate falls silent, a minute
// passes), so a reader also takes one every wire.StatusEvery. The channel is
// closed when ctx ends.
func (h *Hub) Follow(ctx context.Context) (Board, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := make(chan struct{}, 1)
	h.followers[changed] = struct{}{}
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.followers, changed)
		close(changed)
	})
	return h.board(), changed
}

// gate finds a gate or begins one. The caller holds mu.
func (h *Hub) gate(id checkin.GateID) *gate {
	g, ok := h.gates[id]
	if !ok {
		g = &gate{
			passages: map[checkin.LaneID]map[checkin.PassageID]time.Time{},
			last:     map[checkin.LaneID]wire.LastOutcome{},
		}
		h.gates[id] = g
	}
	return g
}

// signal wakes the followers. The caller holds mu.
func (h *Hub) signal() {
	for f := range h.followers {
		select {
		case f <- struct{}{}:
		default: // it has one waiting already
		}
	}
}
