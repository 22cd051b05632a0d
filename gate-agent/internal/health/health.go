// Package health keeps the named faults that are present now, for the gate and
// for each of its lanes. A fault is a state, not a message: it is raised while
// it lasts and cleared when it is over.
package health

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// The names of conditions. The console shows them, so a name never changes its
// meaning.
const (
	CameraDown   = "camera_down"
	BoardDown    = "board_down"
	ScannerDown  = "scanner_down"
	BusDown      = "bus_down"
	GalleryWrong = "gallery_wrong"
	JournalDown  = "journal_down"
	JournalFull  = "journal_full"
	NoEvent      = "no_event"
	// FaceNotArmed: the event wants fewer mistakes than the recogniser can
	// promise among so many, or so similar, people.
	FaceNotArmed = "face_not_armed"
	// DoubleAdmission: one credential was used twice while the network was away.
	DoubleAdmission = "double_admission"
)

// Monitor holds the conditions of a gate and its lanes. Its methods, and those
// of its Scopes, may be called by several goroutines.
type Monitor struct {
	now     func() time.Time
	changed chan struct{}

	mu    sync.Mutex
	gate  *Scope
	lanes map[checkin.LaneID]*Scope
}

// New makes a Monitor without conditions; now stamps their beginnings.
func New(now func() time.Time) *Monitor {
	m := &Monitor{now: now, changed: make(chan struct{}, 1), lanes: map[checkin.LaneID]*Scope{}}
	m.gate = m.scope()
	return m
}

func (m *Monitor) scope() *Scope {
	return &Scope{monitor: m, present: map[string]wire.Condition{}}
}

// Gate is the scope of what is wrong with the gate as a whole.
func (m *Monitor) Gate() *Scope { return m.gate }

// Lane is the scope of what is wrong with one lane.
func (m *Monitor) Lane(id checkin.LaneID) *Scope {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.lanes[id]
	if !ok {
		s = m.scope()
		m.lanes[id] = s
	}
	return s
}

// Changed receives after any condition appeared, went, or changed its text.
// Changes that follow each other closely may share one receive; it has one
// reader.
func (m *Monitor) Changed() <-chan struct{} { return m.changed }

// Scope is the conditions of one gate or lane.
type Scope struct {
	monitor *Monitor
	present map[string]wire.Condition
}

// Raise says that a fault is present. The text, in plain words and safe to
// show, says what is wrong and what to do. Raising again keeps the beginning.
func (s *Scope) Raise(name, text string) {
	s.monitor.mu.Lock()
	defer s.monitor.mu.Unlock()
	c, ok := s.present[name]
	if ok && c.Text == text {
		return
	}
	if !ok {
		c = wire.Condition{Name: name, Since: s.monitor.now()}
	}
	c.Text = text
	s.present[name] = c
	s.monitor.notify()
}

// Clear says that a fault is over.
func (s *Scope) Clear(name string) {
	s.monitor.mu.Lock()
	defer s.monitor.mu.Unlock()
	if _, ok := s.present[name]; !ok {
		return
	}
	delete(s.present, name)
	s.monitor.notify()
}

// Has reports whether a fault is present.
func (s *Scope) Has(name string) bool {
	s.monitor.mu.Lock()
	defer s.monitor.mu.Unlock()
	_, ok := s.present[name]
	return ok
}

// List returns the faults that are present, in order of their names.
func (s *Scope) List() []wire.Condition {
	s.monitor.mu.Lock()
	defer s.monitor.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.present), func(a, b wire.Condition) int {
		return strings.Compare(a.Name, b.Name)
	})
}

func (m *Monitor) notify() {
	select {
	case m.changed <- struct{}{}:
	default:
	}
}
