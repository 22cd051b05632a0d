package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Stroll runs the venue for a visitor to look at, until ctx ends: one evening
// after the other, each an event of its own that fills, closes and is purged.
// With the visitor's own camera there is one long evening, and a link by which
// they enrol themselves.
func Stroll(ctx context.Context, cfg Config) (err error) {
	v, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = v.end(err) }()
	roles, err := castOf(cfg, v.dir)
	if err != nil {
		return err
	}
	for n := 1; ctx.Err() == nil; n++ {
		if err := v.spend(ctx, roles, n); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

const (
	// people come this far apart, on average.
	between = 1500 * time.Millisecond
	// A break between two evenings, to look at the purge.
	interval = 5 * time.Second
)

// spend plays one evening.
func (v *venue) spend(ctx context.Context, roles Roles, n int) error {
	event := evening(checkin.EventID(fmt.Sprintf("evening-%d", n)), fmt.Sprintf("Evening %d", n))
	if err := v.api.createEvent(ctx, event); err != nil {
		return err
	}
	v.say("\nEvening %d: %d people enrol.", n, len(roles.Enrolled))
	for i, p := range roles.Enrolled {
		if _, err := v.api.push(ctx, event.ID, fmt.Sprintf("order-%d", i), ticketOf(i), p.Picture); err != nil {
			return err
		}
	}
	if err := v.serve(ctx, event.ID); err != nil {
		return err
	}
	if err := v.ready(ctx, event.ID, len(roles.Enrolled)); err != nil {
		return err
	}
	if n == 1 {
		if err := v.welcome(ctx, event.ID); err != nil {
			return err
		}
	}
	for {
		if err := v.arrive(ctx, event.ID, roles); err != nil {
			return err
		}
		if v.cfg.Camera == "" {
			break
		}
	}
	v.say("Evening %d closes: its key and every template are destroyed.", n)
	if err := v.api.closeEvent(ctx, event.ID); err != nil {
		return err
	}
	return pause(ctx, interval)
}

// serve makes both gates serve event: it pairs them on the first evening, and
// assigns them on every other.
func (v *venue) serve(ctx context.Context, event checkin.EventID) error {
	if len(v.lanes) == 0 {
		return v.addGates(ctx, event)
	}
	for _, l := range v.lanes {
		if err := v.api.assignGate(ctx, l.Gate, event); err != nil {
			return err
		}
	}
	return nil
}

func (v *venue) welcome(ctx context.Context, event checkin.EventID) error {
	v.say("\n  Console   http://%s/console\n  Login     %s\n  Password  %s\n", v.http, v.login, v.password)
	for _, l := range v.lanes {
		v.say("  Screen of %s: %s", l.Title, l.Display)
	}
	if v.cfg.Camera == "" {
		v.say("\nCameras and turnstiles are simulated. Press Ctrl-C to end.")
		return nil
	}
	status, err := v.api.push(ctx, event, "visitor", "TICKET-VISITOR", nil)
	if err != nil {
		return err
	}
	link, err := v.api.link(ctx, event, status.Holder.ID)
	if err != nil {
		return err
	}
	v.say("\n  Enrol yourself: %s\n\nThen look into %s. Press Ctrl-C to end.", link, v.cfg.Camera)
	return nil
}

// arrive lets everybody come once, in a random order, with strangers and
// tickets among them.
func (v *venue) arrive(ctx context.Context, event checkin.EventID, roles Roles) error {
	var visits []*visit
	for i := range roles.Enrolled {
		visits = append(visits, &visit{comes: &roles.Enrolled[i]})
		if i%3 == 0 {
			visits = append(visits, &visit{ticket: ticketOf(i)})
		}
	}
	for i := range roles.Strangers {
		visits = append(visits, &visit{comes: &roles.Strangers[i]})
	}
	rand.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })
	for _, visit := range visits {
		visit.lane, visit.event, visit.because = v.anyLane(), event, "a visitor"
		got, err := visit.make(ctx, v)
		if err != nil {
			return err
		}
		v.say("  %s  %-8s %-6s %s", visit.lane.Title, got.Outcome, got.Means, got.Reason)
		if got.Outcome == checkin.Admitted {
			if err := v.laneFree(ctx, visit.lane); err != nil {
				return err
			}
		}
		if err := pause(ctx, time.Duration(rand.Int64N(int64(2*between)))); err != nil {
			return err
		}
	}
	return nil
}

// anyLane picks one whose camera is simulated.
func (v *venue) anyLane() *simLane {
	for {
		if l := v.lanes[rand.IntN(len(v.lanes))]; l.simulated {
			return l
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
