package demo

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// rig is a venue whose parts can be broken.
type rig struct {
	*venue
	*testing.T
	event        checkin.EventID
	roles        Roles
	holders      []checkin.HolderID // of roles.Enrolled
	north, south *simLane
	tickets      int
	turned       int // arms that gave way
	unsensed     int // passages in the books that no arm tells of
}

// enough time for whatever heals by itself, on a busy machine
const healed = 40 * time.Second

func newRig(t *testing.T, enrolled int) *rig {
	t.Helper()
	var out bytes.Buffer
	v, err := open(t.Context(), testConfig(t, &out))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{venue: v, T: t, event: "faults"}
	t.Cleanup(func() {
		if t.Failed() {
			for _, p := range v.procs {
				t.Logf("the end of the log of %s:\n%s", p.name, tail(p.log))
			}
		}
		if err := v.end(nil); err != nil {
			t.Error(err)
		}
	})
	if r.roles, err = castOf(v.cfg, v.dir); err != nil {
		t.Fatal(err)
	}
	event := evening(r.event, "Night of faults")
	event.Policy.Offline = checkin.OfflineTicket
	if err := v.api.createEvent(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	for i, p := range r.roles.Enrolled[:enrolled] {
		status, err := v.api.push(t.Context(), r.event, fmt.Sprintf("order-%d", i), ticketOf(i), p.Picture)
		if err != nil {
			t.Fatal(err)
		}
		r.holders = append(r.holders, status.Holder.ID)
	}
	for i := range 20 { // tickets of people without a face
		if _, err := v.api.push(t.Context(), r.event, fmt.Sprintf("plain-%d", i), plainTicket(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.addGates(t.Context(), r.event); err != nil {
		t.Fatal(err)
	}
	r.north, r.south = v.lanes[0], v.lanes[1]
	if err := v.ready(t.Context(), r.event, enrolled); err != nil {
		t.Fatal(err)
	}
	return r
}

func plainTicket(i int) string { return fmt.Sprintf("PLAIN-%04d", i) }

// ticket is one that nobody has used.
func (r *rig) ticket() string {
	r.tickets++
	return plainTicket(r.tickets - 1)
}

// in makes the rig speak for a subtest.
func (r *rig) in(t *testing.T) *rig {
	c := *r
	c.T = t
	t.Cleanup(func() { r.tickets, r.turned, r.unsensed = c.tickets, c.turned, c.unsensed })
	return &c
}

func (r *rig) wait(what string, ok func() bool) {
	r.Helper()
	if err := r.until(r.Context(), healed, what, func() (bool, error) { return ok(), nil }); err != nil {
		r.Fatal(err)
	}
}

// status is what the server knows of the lane's gate; empty while it is silent.
func (r *rig) status(l *simLane) wire.Status {
	states, err := r.api.gates(r.Context())
	if err != nil {
		return wire.Status{}
	}
	for _, g := range states {
		if g.ID == l.Gate && g.Status != nil && !g.Silent {
			return *g.Status
		}
	}
	return wire.Status{}
}

// lane waits until the lane is in the state, on the ladder's step (unless
// empty), and has the conditions and no other.
func (r *rig) lane(l *simLane, state, works string, conditions ...string) {
	r.Helper()
	r.wait(fmt.Sprintf("%s is %s, works by %q, has %v", l.Title, state, works, conditions), func() bool {
		s := r.status(l)
		if len(s.Lanes) != 1 {
			return false
		}
		var names []string
		for _, c := range s.Lanes[0].Conditions {
			names = append(names, c.Name)
		}
		return s.Lanes[0].State == state && (works == "" || s.Lanes[0].Works == works) && slices.Equal(names, conditions)
	})
}

// sim has the simulation do one thing.
func (r *rig) sim(l *simLane, name string, arg any) {
	r.Helper()
	if err := l.do(map[string]any{name: arg}, nil); err != nil {
		r.Fatal(err)
	}
}

func ask[T any](r *rig, l *simLane, name string) (v T) {
	r.Helper()
	if err := l.do(map[string]any{name: true}, &v); err != nil {
		r.Fatal(err)
	}
	return v
}

// visit plays a visit to its end and checks it.
func (r *rig) visit(v *visit) {
	r.Helper()
	v.event, v.because = r.event, r.Name()
	got, err := v.make(r.Context(), r.venue)
	if err == nil {
		err = v.check(got)
	}
	if err != nil {
		r.Fatal(err)
	}
	if got.Outcome == checkin.Admitted {
		r.turned++
		if err := r.laneFree(r.Context(), v.lane); err != nil {
			r.Fatal(err)
		}
	}
}

func (r *rig) admits(l *simLane, ticket string) {
	r.Helper()
	r.visit(&visit{lane: l, ticket: ticket, wants: checkin.Admitted, reason: checkin.ReasonGranted})
}

func (r *rig) refusesUsed(l *simLane, ticket string) {
	r.Helper()
	r.visit(&visit{lane: l, ticket: ticket, wants: checkin.Denied, reason: checkin.ReasonAlreadyUsed})
}

// releases holds a ticket up until the arm gives way, and does not ask the
// server. Where it was looked at too late, it is shown again.
func (r *rig) releases(l *simLane, ticket string) {
	r.Helper()
	r.wait("the arm of "+l.Title+" unlocks", func() bool {
		if err := l.show(ticket, 0.3); err != nil {
			r.Fatal(err)
		}
		for shown := time.Now(); time.Since(shown) < away; time.Sleep(lookEvery) {
			if ask[bool](r, l, "unlocked") {
				return true
			}
		}
		return false
	})
}

func (r *rig) push(l *simLane) {
	r.Helper()
	if !ask[bool](r, l, "push") {
		r.Fatalf("the arm of %s did not turn", l.Title)
	}
	r.turned++
}

func (r *rig) admissions() []admission {
	r.Helper()
	list, err := r.api.admissions(r.Context(), r.event, 0)
	if err != nil {
		r.Fatal(err)
	}
	return list
}

// abandoned is how many were admitted too late to be released.
func (r *rig) abandoned() int {
	r.Helper()
	b, err := r.api.books(r.Context(), r.event)
	if err != nil {
		r.Fatal(err)
	}
	return b.Abandoned
}

// booksAgree waits until the books have as many passages as arms have turned.
func (r *rig) booksAgree() {
	r.Helper()
	var b books
	err := r.until(r.Context(), healed, "books agree", func() (ok bool, err error) {
		b, err = r.api.books(r.Context(), r.event)
		return b.Passages == r.turned+r.unsensed, err
	})
	if err != nil {
		r.Fatalf("%v: %d turns, books %+v", err, r.turned, b)
	}
}

// kill ends a process as a power cut does; stop as an operator does. The
// returned function starts it again.
func (r *rig) kill(name string) (again func()) { return r.end(name, syscall.SIGKILL) }
func (r *rig) stop(name string) (again func()) { return r.end(name, syscall.SIGTERM) }

func (r *rig) end(name string, signal os.Signal) (again func()) {
	r.Helper()
	i := slices.IndexFunc(r.procs, func(p *process) bool { return strings.HasPrefix(p.name, name) })
	p := r.procs[i]
	r.procs = slices.Delete(r.procs, i, i+1)
	if err := p.cmd.Process.Signal(signal); err != nil {
		r.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		r.Fatalf("%s did not stop", name)
	}
	return func() {
		r.Helper()
		if err := r.start(p.name, p.cmd.Path, p.cmd.Args[1:]...); err != nil {
			r.Fatal(err)
		}
		last := len(r.procs) - 1
		r.procs = slices.Insert(r.procs[:last], i, r.procs[last])
	}
}
