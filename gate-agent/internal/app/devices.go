package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/openstile/stile/gate-agent/internal/barrier"
	cameras "github.com/openstile/stile/gate-agent/internal/camera"
	"github.com/openstile/stile/gate-agent/internal/config"
	"github.com/openstile/stile/gate-agent/internal/sim"
	"github.com/openstile/stile/shared/vision"
)

// camera is what a lane needs of one, real or simulated.
type camera interface {
	Next(ctx context.Context) (vision.Frame, error)
	Run(ctx context.Context) error
	OnFault(f func(fault error))
	Fault() error
}

// devices are a lane's camera and board, as its URLs name them.
type devices struct {
	camera    camera
	board     barrier.Config
	turnstile *sim.Turnstile // behind a simulated board
	simulated bool
}

// The simulated camera's picture.
const simWidth, simHeight, simFPS = 640, 480, 12

// simWalker is how long a person takes to a simulated arm before a real camera.
const simWalker = time.Second

// openCamera is the table of camera schemes.
var openCamera = map[string]func(raw string, u *url.URL, log *slog.Logger) (camera, error){
	"v4l2":  openReal,
	"file":  openReal,
	"rtsp":  openReal,
	"rtsps": openReal,
	"http":  openReal,
	"https": openReal,
	"sim": func(_ string, u *url.URL, log *slog.Logger) (camera, error) {
		return sim.NewCamera(u.Path, simWidth, simHeight, simFPS, log)
	},
}

func openReal(raw string, _ *url.URL, log *slog.Logger) (camera, error) {
	return cameras.Open(raw, log)
}

// openDevices makes the lane's devices. A real board is only opened when the
// lane runs; a simulated one is plugged in here.
func openDevices(cfg config.Lane, log *slog.Logger) (d devices, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	u, err := url.Parse(cfg.Camera)
	if err != nil {
		return d, fmt.Errorf("camera: %w", err)
	}
	open, ok := openCamera[u.Scheme]
	if !ok {
		return d, fmt.Errorf("camera: scheme %q is unknown", u.Scheme) // the rest may hold a password
	}
	if d.camera, err = open(cfg.Camera, u, log); err != nil {
		return d, fmt.Errorf("camera: %w", err)
	}
	simCamera, cameraSimulated := d.camera.(*sim.Camera)
	d.simulated = cameraSimulated

	if rest, ok := strings.CutPrefix(cfg.Barrier, "sim://"); ok {
		// The same URL as a real one's, but for a port that does not exist yet.
		if d.board, err = barrier.ParseURL("serial:///simulated" + rest); err != nil {
			return d, err
		}
		turnstile := sim.TurnstileConfig{Profile: d.board.Profile, Wiring: d.board.Wiring, Log: log}
		if !cameraSimulated { // real people cannot push a simulated arm
			turnstile.Walker = simWalker
		}
		d.turnstile, err = sim.NewTurnstile(turnstile)
		if err != nil {
			return d, err
		}
		d.board.Path, d.simulated = d.turnstile.Path(), true
		if cameraSimulated {
			handleTurnstile(simCamera, d.turnstile)
		}
		return d, nil
	}
	d.board, err = barrier.ParseURL(cfg.Barrier)
	return d, err
}

// handleTurnstile adds the turnstile's commands to the control socket of the
// lane's simulated camera, so that one script moves both.
func handleTurnstile(c *sim.Camera, t *sim.Turnstile) {
	c.Handle("push", func(string, json.RawMessage) (any, error) { return t.Pass(sim.In), nil })
	c.Handle("turns", func(string, json.RawMessage) (any, error) { return t.Turns(), nil })
	c.Handle("releases", func(string, json.RawMessage) (any, error) { return t.Releases(), nil })
	c.Handle("energised", func(string, json.RawMessage) (any, error) { return t.Energised(), nil })
	c.Handle("unlocked", func(string, json.RawMessage) (any, error) { return t.Unlocked(), nil })
	c.Handle("unplug", func(string, json.RawMessage) (any, error) { t.Unplug(); return nil, nil })
	c.Handle("replug", func(string, json.RawMessage) (any, error) { return nil, t.Replug() })
	c.Handle("garbage", func(_ string, arg json.RawMessage) (any, error) {
		var a struct{ Garbage int }
		if err := json.Unmarshal(arg, &a); err != nil {
			return nil, err
		}
		t.Garbage(a.Garbage)
		return nil, nil
	})
	c.Handle("fire", func(_ string, arg json.RawMessage) (any, error) {
		var a struct{ Fire bool }
		if err := json.Unmarshal(arg, &a); err != nil {
			return nil, err
		}
		t.SetFire(a.Fire)
		return nil, nil
	})
}

func (d devices) close() error {
	if d.turnstile == nil {
		return nil
	}
	return d.turnstile.Close()
}
