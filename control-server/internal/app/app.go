// Package app builds the control server out of its parts, starts them in order
// and stops them backwards.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/openstile/stile/control-server/internal/api"
	"github.com/openstile/stile/control-server/internal/bus"
	"github.com/openstile/stile/control-server/internal/config"
	"github.com/openstile/stile/control-server/internal/console"
	"github.com/openstile/stile/control-server/internal/enrol"
	"github.com/openstile/stile/control-server/internal/gallery"
	"github.com/openstile/stile/control-server/internal/gates"
	"github.com/openstile/stile/control-server/internal/ingest"
	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/portal"
	"github.com/openstile/stile/control-server/internal/purge"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/control-server/internal/webhook"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/vision"
	"github.com/openstile/stile/shared/wire"
)

// App is a built control server, bound to its ports and not yet serving.
type App struct {
	Data *Data
	Hub  *live.Hub

	log       *slog.Logger
	bus       *bus.Bus
	registry  *gates.Registry
	publisher *gallery.Publisher
	desk      *enrol.Desk
	purger    *purge.Purger
	books     *ingest.Books
	webhooks  *webhook.Sender
	http      *web.Server
	listener  net.Listener
	stops     []stop
}

// stop is a named clean-up.
type stop struct {
	name string
	fn   func(context.Context) error
}

const stopTimeout = 15 * time.Second

// New builds the server and binds its ports. Whatever fails after something was
// opened is closed again.
func New(ctx context.Context, cfg config.Config, log *slog.Logger) (_ *App, err error) {
	a := &App{log: log}
	// A core dump would write event keys and photos to a disk.
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return nil, fmt.Errorf("turn core dumps off: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop())
		}
	}()
	if a.Data, err = OpenData(cfg.Data); err != nil {
		return nil, err
	}
	a.onStop("data", func(context.Context) error { return a.Data.Close() })
	unlock, err := lockData(cfg.Data)
	if err != nil {
		return nil, err
	}
	a.onStop("lock", func(context.Context) error { return unlock() })

	models, err := vision.Open(cfg.Models, vision.Options{})
	if err != nil {
		return nil, err
	}
	a.onStop("models", func(context.Context) error { return models.Close() })
	log.Info("models loaded", "model", models.ModelID(), "backend", models.Backend())
	faces, err := enrol.NewFaces(models, cfg.Enrolments)
	if err != nil {
		return nil, err
	}
	a.onStop("enrolment", func(context.Context) error { return faces.Close() })

	db, keys := a.Data.DB, a.Data.Vault
	a.Hub = live.New(time.Now)
	link := &busLink{}
	a.publisher = gallery.New(db, link, keys, log)
	a.registry = gates.New(db, a.Data.Auth, keys, a.publisher, a.Data.Identity, models.ModelID(), log)
	a.bus, err = bus.Start(ctx, bus.Config{
		Dir: filepath.Join(cfg.Data, "bus"), Listen: cfg.Bus, Public: cfg.BusURL, Gates: a.registry, Log: log,
	})
	if err != nil {
		return nil, err
	}
	a.onStop("bus", func(context.Context) error { return a.bus.Close() })
	link.Bus = a.bus
	a.registry.Connect(a.bus)

	a.desk = enrol.New(db, keys, a.publisher, faces, log)
	a.onStop("people", func(context.Context) error { a.desk.Close(); return nil })
	a.purger = purge.New(db, keys, closing{a}, a.registry, time.Now, log)
	a.books = ingest.New(db, func(r wire.Record, _ *checkin.Receipt) { a.Hub.Record(r) })
	a.webhooks = webhook.New(outbox{db}, log)
	if err := a.openEvents(ctx); err != nil {
		return nil, err
	}

	a.http = web.New(web.Config{Log: log})
	venue := &venue{app: a}
	a.http.Mount(web.APIPrefix, (&api.API{Keys: a.Data.Auth, Events: venue, Holders: venue, Gates: venue, Webhooks: venue}).Routes)
	a.http.Mount(web.ConsolePrefix, console.New(console.Config{
		Log: log, Operators: a.Data.Auth, Venue: venue, Board: a.Hub, Server: cfg.Public,
		Calibration: models.Calibration(), Zone: cfg.Location(),
	}).Routes)
	a.http.Mount(web.PortalPrefix, portal.New(portal.Config{Log: log, Holders: holderPages{a}, Now: time.Now, Zone: cfg.Location()}).Routes)
	if a.listener, err = net.Listen("tcp", cfg.HTTP); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	a.onStop("http", func(context.Context) error { return a.listener.Close() })
	return a, nil
}

// openEvents fills the gallery streams of the events that are open.
func (a *App) openEvents(ctx context.Context) error {
	var events []store.StoredEvent
	err := a.Data.DB.View(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.Events()
		return err
	})
	for _, e := range events {
		if err == nil && e.Closed.IsZero() {
			err = a.publisher.Open(ctx, e.ID)
		}
	}
	return err
}

// URL is the address of the HTTP port.
func (a *App) URL() string { return "http://" + a.listener.Addr().String() }

// Run serves until ctx ends or a part fails, and stops everything: first what
// serves, and then what it used.
func (a *App) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	failed := make(chan error, 6)
	for name, run := range map[string]func(context.Context) error{
		"bus":     func(ctx context.Context) error { return a.bus.Serve(ctx, busHandler{a}) },
		"gallery": a.publisher.Run,
		"people":  a.desk.Run,
		"purge":   a.purger.Run,
		"webhook": a.webhooks.Run,
		"http":    a.serveHTTP,
	} {
		wg.Go(func() {
			defer cancel() // without one of its parts it does not go on
			if err := run(ctx); err != nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	wg.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, a.Stop())...)
}

func (a *App) serveHTTP(ctx context.Context) error {
	stopped := make(chan error, 1)
	end := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := a.http.Stop(ctx)
		a.listener.Close() // Stop knows only a listener that is served already
		stopped <- err
	})
	err := a.http.Serve(a.listener)
	if !end() {
		err = errors.Join(err, <-stopped)
	}
	return err
}

func (a *App) onStop(name string, fn func(context.Context) error) {
	a.stops = append(a.stops, stop{name, fn})
}

// Stop closes everything that was opened, backwards. Stopping twice is no
// error.
func (a *App) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		if err := a.stops[i].fn(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, fmt.Errorf("stop %s: %w", a.stops[i].name, err))
		}
	}
	a.stops = nil
	return errors.Join(errs...)
}
