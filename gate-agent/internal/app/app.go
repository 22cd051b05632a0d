// Package app builds a gate agent out of its parts: it opens each lane's
// devices, drives the lanes' machines, and tells the control server how they
// are. A device that is missing takes its lane out of service, not the gate.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/openstile/stile/gate-agent/internal/config"
	"github.com/openstile/stile/gate-agent/internal/gallery"
	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/journal"
	"github.com/openstile/stile/gate-agent/internal/uplink"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/vision"
	"github.com/openstile/stile/shared/wire"
)

// Software is what the agent calls itself to the server.
const Software = "stile gate-agent"

// App is a built gate agent, not yet running.
type App struct {
	cfg      config.Config
	log      *slog.Logger
	pairing  Pairing
	identity *seal.Identity
	models   *vision.Models
	journal  *journal.Journal
	health   *health.Monitor
	gallery  *gallery.Set
	uplink   *uplink.Uplink
	duty     *duty
	lanes    []*laneRun
	changed  chan struct{} // a lane has something new to show
	stops    []stop

	unsettled chan struct{} // a claim has ended
}

// stop is a named clean-up.
type stop struct {
	name string
	fn   func() error
}

// New builds the agent. It fails when the gate is not paired, when models or
// journal cannot be used, or when the configuration names what does not exist;
// devices that are merely absent now do not count.
func New(cfg config.Config, log *slog.Logger) (_ *App, err error) {
	a := &App{cfg: cfg, log: log, health: health.New(time.Now), changed: make(chan struct{}, 1), unsettled: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop())
		}
	}()
	// A core dump would write the gallery to a disk.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return nil, fmt.Errorf("turn core dumps off: %w", err)
	}
	if a.pairing, a.identity, err = LoadPairing(cfg.Data); err != nil {
		return nil, err
	}
	if a.models, err = vision.Open(cfg.Models, vision.Options{}); err != nil {
		return nil, err
	}
	a.onStop("models", a.models.Close)
	log.Info("models loaded", "model", a.models.ModelID(), "backend", a.models.Backend())
	if a.journal, err = journal.Open(filepath.Join(cfg.Data, "journal.db"), journal.Config{}); err != nil {
		return nil, err
	}
	a.onStop("journal", a.journal.Close)

	a.gallery = gallery.New(gallery.Model{
		ID: a.models.ModelID(), Dimension: a.models.Dimension(), Calibration: a.models.Calibration(),
	}, time.Now, a.withdrawn)
	a.onStop("gallery", func() error { a.gallery.Wipe(); return nil })
	a.duty = newDuty(a)
	hello := wire.Hello{Software: Software, Model: a.models.ModelID()}
	for _, c := range cfg.Lanes {
		l, err := newLane(a, c)
		if err != nil {
			return nil, fmt.Errorf("lane %s: %w", c.ID, err)
		}
		a.lanes = append(a.lanes, l)
		a.onStop("lane "+string(c.ID), l.close)
		hello.Lanes = append(hello.Lanes, l.info())
	}
	a.uplink, err = uplink.Open(uplink.Config{
		Gate: a.pairing.Gate, URL: a.pairing.Bus, ServerXKey: a.pairing.ServerXKey, Identity: a.identity,
		Hello: hello, Gallery: followed{a}, Outbox: a.journal,
		Assigned: a.duty.assigned, Changed: a.busChanged, Log: log,
	})
	if err != nil {
		return nil, err
	}
	a.onStop("uplink", a.uplink.Close)
	return a, nil
}

// Run serves the lanes until ctx ends or a part fails, and stops everything:
// relays off, gallery wiped.
func (a *App) Run(ctx context.Context) error {
	if err := a.endClaims(ctx); err != nil {
		return errors.Join(err, a.Stop())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.health.Gate().Raise(health.BusDown, "The control server has not been reached yet.")
	a.health.Gate().Raise(health.NoEvent, "The control server has not said which event this gate serves.")
	runs := map[string]func(context.Context) error{
		"uplink": a.uplink.Run,
		"status": a.reportStatus,
		"duty":   a.duty.run,
		"claims": a.settle,
	}
	for _, l := range a.lanes {
		runs["lane "+string(l.cfg.ID)] = l.run
	}
	var wg sync.WaitGroup
	failed := make(chan error, len(runs))
	for name, run := range runs {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		cancel()
	}
	wg.Wait()
	// Somebody may be between the release and the passage. What is not told now
	// is told after the next start.
	last, end := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer end()
	if lastErr := errors.Join(a.endClaims(last), a.settleAll(last)); lastErr != nil {
		a.log.Warn("claims are settled after the next start", "err", lastErr)
	}
	return errors.Join(err, a.Stop())
}

// lastWords is how long an agent that stops may take to settle its claims.
const lastWords = 2 * time.Second

// claimOnBus is there because the uplink is built after the lanes, which it
// tells the server about.
func (a *App) claimOnBus(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) (bool, wire.Claim, error) {
	return a.uplink.Claim(ctx, event, id, c)
}

func (a *App) busChanged(online bool, why string) {
	if online {
		a.log.Info("the control server is reached")
		a.health.Gate().Clear(health.BusDown)
		a.wakeSettling()
		return
	}
	a.log.Warn("the control server is not reached", "why", why)
	a.health.Gate().Raise(health.BusDown, "The control server cannot be reached; the event's offline policy holds. Check the network.")
}

func (a *App) onStop(name string, fn func() error) { a.stops = append(a.stops, stop{name, fn}) }

// Stop closes everything that was opened, backwards. Stopping twice is no
// error.
func (a *App) Stop() error {
	var errs []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		if err := a.stops[i].fn(); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", a.stops[i].name, err))
		}
	}
	a.stops = nil
	return errors.Join(errs...)
}
