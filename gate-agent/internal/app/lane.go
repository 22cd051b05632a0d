package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
	"github.com/openstile/stile/gate-agent/internal/barrier"
	"github.com/openstile/stile/gate-agent/internal/config"
	"github.com/openstile/stile/gate-agent/internal/display"
	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/gate-agent/internal/reader"
	"github.com/openstile/stile/gate-agent/internal/recognise"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/vision"
	"github.com/openstile/stile/shared/wire"
)

// laneRun is one lane with its devices.
type laneRun struct {
	app     *App
	cfg     config.Lane
	log     *slog.Logger
	health  *health.Scope
	devices devices
	camera  camera
	scanner *reader.Serial   // or nil
	display *display.Display // or nil
	see     *vision.Analyser
	qr      *reader.QR
	watcher *recognise.Watcher
	driver  *driver
	board   atomic.Pointer[barrier.Board]
	screen  atomic.Value // lane.Screen
	stuck   bool         // a part has not stopped and may use what it was given
}

var _ recognise.Lane = (*laneRun)(nil)

func newLane(a *App, cfg config.Lane) (_ *laneRun, err error) {
	l := &laneRun{app: a, cfg: cfg, log: a.log.With("lane", cfg.ID), health: a.health.Lane(cfg.ID)}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.devices, err = openDevices(cfg, l.log); err != nil {
		return nil, err
	}
	l.camera = l.devices.camera
	l.camera.OnFault(l.fault(health.CameraDown))
	if cfg.Scanner != "" {
		if l.scanner, err = reader.OpenSerial(cfg.Scanner, l.log); err != nil {
			return nil, err
		}
		l.scanner.OnFault(l.fault(health.ScannerDown))
	}
	if cfg.Display != "" {
		if l.display, err = display.New(display.Config{Listen: cfg.Display, LaneName: cfg.Name, Log: l.log}); err != nil {
			return nil, err
		}
	}
	if l.see, err = a.models.NewAnalyser(); err != nil {
		return nil, err
	}
	if l.qr, err = reader.NewQR(); err != nil {
		return nil, err
	}
	l.driver = &driver{
		machine: lane.New(lane.Config{
			Gate: a.pairing.Gate, Lane: cfg.ID, ClosedLoop: l.devices.board.Wiring.ClosedLoop(),
			Pulse: cfg.Pulse, Window: cfg.Window, Hold: cfg.Hold,
		}),
		events: make(chan lane.Event, eventQueue), gate: a.pairing.Gate, lane: cfg.ID,
		barrier: l.currentBoard, claims: claims{a}, bus: a.claimOnBus,
		record: a.record, show: l.showScreen, changed: a.touch, log: l.log,
	}
	z := cfg.Zone
	l.watcher = recognise.New(recognise.Config{
		Zone:           recognise.Zone{Left: z[0], Top: z[1], Right: z[2], Bottom: z[3]},
		MinEyeDistance: cfg.MinEyeDistance,
	}, l.camera, l.see, l.qr, a.duty, l, l.log)
	return l, nil
}

func (l *laneRun) info() wire.LaneInfo {
	return wire.LaneInfo{
		ID: l.cfg.ID, Name: l.cfg.Name, ClosedLoop: l.devices.board.Wiring.ClosedLoop(), Simulated: l.devices.simulated,
	}
}

// stopWithin is how long a lane waits for its parts. A relay is off at once; a
// dead network camera may hold its reader for half a minute.
const stopWithin = 5 * time.Second

// run runs everything of the lane until ctx ends or a part fails.
func (l *laneRun) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	runs := map[string]func(context.Context) error{
		"driver": l.driver.run, "camera": l.camera.Run, "recognition": l.watcher.Run, "board": l.runBoard,
	}
	if l.scanner != nil {
		runs["scanner"], runs["tickets"] = l.scanner.Run, l.runScanner
	}
	if l.display != nil {
		runs["display"] = l.display.Run
	}
	type end struct {
		part string
		err  error
	}
	ends := make(chan end, len(runs))
	for part, run := range runs {
		go func() { ends <- end{part, run(ctx)} }()
	}
	var all []error
	var late <-chan time.Time
	for len(runs) > 0 {
		select {
		case e := <-ends:
			delete(runs, e.part)
			if e.err != nil {
				all = append(all, fmt.Errorf("%s: %w", e.part, e.err))
			}
			cancel()
			if late == nil {
				late = time.After(stopWithin)
			}
		case <-late:
			l.stuck = true
			l.log.Warn("the lane stops without some of its parts", "parts", slices.Sorted(maps.Keys(runs)))
			return errors.Join(all...)
		}
	}
	return errors.Join(all...)
}

// fault shows a device's fault for as long as it lasts.
func (l *laneRun) fault(name string) func(error) {
	return func(err error) {
		if err == nil {
			l.health.Clear(name)
			return
		}
		l.health.Raise(name, err.Error())
	}
}

const boardRetry = 2 * time.Second

// runBoard opens the board, as often as it takes, and feeds the lane with what
// it says.
func (l *laneRun) runBoard(ctx context.Context) error {
	for ctx.Err() == nil {
		cfg := l.devices.board
		cfg.Log = l.log
		cfg.OnState = func(s barrier.State) { l.boardState(ctx, s) }
		board, err := barrier.Open(cfg)
		if err != nil {
			if !l.health.Has(health.BoardDown) {
				l.log.Warn("relay board is down", "cause", err.Error())
			}
			l.health.Raise(health.BoardDown, err.Error())
			select {
			case <-ctx.Done():
			case <-time.After(boardRetry):
			}
			continue
		}
		l.board.Store(board)
		err = l.serveBoard(ctx, board)
		l.board.Store(nil)
		if closeErr := board.Close(); closeErr != nil {
			l.log.Warn("relays may be on", "err", closeErr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *laneRun) serveBoard(ctx context.Context, board *barrier.Board) error {
	ended := make(chan error, 1)
	go func() { ended <- board.Run(ctx) }()
	passing := false
	for {
		select {
		case err := <-ended:
			return err
		case in := <-board.Inputs():
			switch in.Role {
			case firmware.Passage:
				if in.Active && !passing {
					l.driver.send(ctx, lane.PassageSeen{})
				}
				passing = in.Active
			case firmware.Fire:
				l.driver.send(ctx, lane.FireContact{Active: in.Active})
			}
		}
	}
}

func (l *laneRun) boardState(ctx context.Context, s barrier.State) {
	if s.Up {
		l.health.Clear(health.BoardDown)
		l.driver.send(ctx, lane.BoardUp{})
		return
	}
	l.health.Raise(health.BoardDown, s.Cause)
	l.driver.send(ctx, lane.BoardDown{})
}

func (l *laneRun) currentBoard() lane.Barrier {
	if b := l.board.Load(); b != nil {
		return b
	}
	return nil
}

func (l *laneRun) runScanner(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case scan := <-l.scanner.Scans():
			l.watcher.PresentTicket(scan.Payload, scan.At)
		}
	}
}

// Accepts, Present and Guide are what recognition sees of the lane.

func (l *laneRun) Accepts() bool { return l.driver.free() }

func (l *laneRun) Present(p checkin.Presentation) bool {
	return l.driver.present(p, l.app.duty.standing())
}

// Guide shows what would help, unless the screen has something to say.
func (l *laneRun) Guide(g recognise.Guidance) {
	if l.display == nil || l.screen.Load() != lane.ScreenIdle {
		return
	}
	if g == recognise.GuideNone {
		l.display.Show(display.Idle)
		return
	}
	l.display.Show(display.State(g))
}

func (l *laneRun) showScreen(s lane.Screen) {
	l.screen.Store(s)
	if l.display != nil {
		l.display.Show(display.State(s))
	}
}

func (l *laneRun) close() error {
	if l.stuck {
		return l.devices.close() // the process ends, and the rest with it
	}
	var errs []error
	if l.qr != nil {
		l.qr.Close()
	}
	if l.see != nil {
		errs = append(errs, l.see.Close())
	}
	return errors.Join(append(errs, l.devices.close())...)
}
