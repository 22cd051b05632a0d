package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/vision"
)

// evening is an event that is on now. Its liveness policy only warns: footage
// made from a picture is a recapture, and the liveness model rightly says so.
func evening(id checkin.EventID, name string) checkin.Event {
	now := time.Now().UTC().Truncate(time.Second)
	policy := checkin.DefaultPolicy
	policy.Liveness = checkin.LivenessWarn
	policy.FPIR = 0.001 // so small a gallery can afford to be strict
	return checkin.Event{
		ID: id, Name: name, Doors: now.Add(-time.Hour), Starts: now.Add(time.Hour), Ends: now.Add(6 * time.Hour), Policy: policy,
	}
}

func ticketOf(i int) string { return fmt.Sprintf("TICKET-%04d", i) }

// castOf finds the cast and gives everybody a role.
func castOf(cfg Config, dir string) (roles Roles, err error) {
	models, err := vision.Open(cfg.Models, vision.Options{})
	if err != nil {
		return roles, err
	}
	defer func() { err = errors.Join(err, models.Close()) }()
	out := filepath.Join(dir, "cast")
	if err := os.Mkdir(out, 0o700); err != nil {
		return roles, err
	}
	cast, err := findCast(models, cfg.Samples, out)
	if err != nil {
		return roles, err
	}
	return assign(cast, people, strangers)
}

// ready waits until every gate holds the right gallery of event, with so many
// faces, and its lane takes people.
func (v *venue) ready(ctx context.Context, event checkin.EventID, faces int) error {
	return v.until(ctx, startTimeout, fmt.Sprintf("the gates know %d faces", faces), func() (bool, error) {
		states, err := v.api.gates(ctx)
		if err != nil || len(states) < len(gates) {
			return false, err
		}
		for _, g := range states {
			if g.Silent || g.Status == nil || g.Status.Event != event || !g.Status.Gallery.Right || g.Status.Gallery.Faces != faces {
				return false, nil
			}
			for _, l := range g.Status.Lanes {
				if l.State != "ready" {
					return false, nil
				}
			}
		}
		return true, nil
	})
}

// laneFree waits until a lane takes the next person.
func (v *venue) laneFree(ctx context.Context, l *simLane) error {
	return v.until(ctx, patience, l.Title+" takes the next person", func() (bool, error) {
		states, err := v.api.gates(ctx)
		for _, g := range states {
			if g.ID == l.Gate && g.Status != nil {
				return g.Status.Lanes[0].State == "ready", err
			}
		}
		return false, err
	})
}
