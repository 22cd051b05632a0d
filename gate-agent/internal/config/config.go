// Package config reads the gate agent's configuration: defaults, a strict YAML
// file, and a check of every value before anything starts.
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/strict"
)

// Config is everything that an installer may set.
type Config struct {
	Version int    `yaml:"version"`
	Data    string `yaml:"data"`   // folder of the identity and the journal
	Models  string `yaml:"models"` // the models' manifest
	Lanes   []Lane `yaml:"lanes"`
}

// Lane is one directed path with its devices, each given as a URL.
type Lane struct {
	ID      checkin.LaneID `yaml:"id"`
	Name    string         `yaml:"name"`
	Camera  string         `yaml:"camera"`  // v4l2://, file://, rtsp://, http(s)://, sim://
	Barrier string         `yaml:"barrier"` // serial:///dev/ttyUSB0?board=…&wiring=…, sim://?board=…
	Scanner string         `yaml:"scanner"` // serial:///dev/ttyACM0, or empty
	Display string         `yaml:"display"` // host:port of the attendee's screen, or empty
	// Zone is where in the picture a face belongs to this lane, as left, top,
	// right, bottom in shares of the picture.
	Zone []float64 `yaml:"zone"`
	// MinEyeDistance is the least distance between the eyes, in pixels.
	MinEyeDistance float64 `yaml:"min_eye_distance"`
	// Pulse is how long the release relay is held.
	Pulse time.Duration `yaml:"pulse"`
	// Window is how long a released person has to pass; Hold is what a lane
	// without sensors waits instead.
	Window time.Duration `yaml:"window"`
	Hold   time.Duration `yaml:"hold"`
}

const (
	maxLanes = 8
	// No face in a lane's picture has its eyes this far apart.
	maxEyeDistance = 1000
)

// Load reads the file at path over the defaults.
func Load(path string) (Config, error) {
	c := Config{Version: 1, Data: "gate-data", Models: filepath.Join("deploy", "models", "manifest.yaml")}
	if err := strict.DecodeFile(path, &c); err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	for i := range c.Lanes {
		c.Lanes[i].defaults()
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, nil
}

func (l *Lane) defaults() {
	if l.Name == "" {
		l.Name = string(l.ID)
	}
	if l.Zone == nil {
		l.Zone = []float64{0.2, 0.05, 0.8, 0.95}
	}
	if l.MinEyeDistance == 0 {
		l.MinEyeDistance = 40
	}
}

// Validate names the first field that cannot work, and its value.
func (c Config) Validate() error {
	switch {
	case c.Version != 1:
		return fmt.Errorf("version: %d is not 1", c.Version)
	case c.Data == "":
		return fmt.Errorf("data: is empty")
	case c.Models == "":
		return fmt.Errorf("models: is empty")
	case len(c.Lanes) == 0 || len(c.Lanes) > maxLanes:
		return fmt.Errorf("lanes: %d lanes, want 1 to %d", len(c.Lanes), maxLanes)
	}
	seen := map[checkin.LaneID]bool{}
	for i, l := range c.Lanes {
		if err := l.validate(); err != nil {
			return fmt.Errorf("lanes[%d]: %w", i, err)
		}
		if seen[l.ID] {
			return fmt.Errorf("lanes[%d]: id: %q is used twice", i, l.ID)
		}
		seen[l.ID] = true
	}
	return nil
}

func (l Lane) validate() error {
	if err := checkin.CheckID("id", l.ID); err != nil {
		return err
	}
	for _, device := range []struct {
		field, value string
		optional     bool
	}{{"camera", l.Camera, false}, {"barrier", l.Barrier, false}, {"scanner", l.Scanner, true}} {
		if device.value == "" && device.optional {
			continue
		}
		if u, err := url.Parse(device.value); err != nil || u.Scheme == "" {
			return fmt.Errorf("%s: %q is not a device URL", device.field, device.value)
		}
	}
	if l.Display != "" {
		if at, err := netip.ParseAddrPort(l.Display); err != nil || !at.Addr().IsLoopback() {
			return fmt.Errorf("display: %q is not a loopback address and a port", l.Display)
		}
	}
	// Here and below, the negated form also catches NaN.
	if z := l.Zone; len(z) != 4 || !(0 <= z[0] && z[0] < z[2] && z[2] <= 1 && 0 <= z[1] && z[1] < z[3] && z[3] <= 1) {
		return fmt.Errorf("zone: %v is not left, top, right, bottom in shares of the picture", z)
	}
	if !(l.MinEyeDistance > 0 && l.MinEyeDistance <= maxEyeDistance) {
		return fmt.Errorf("min_eye_distance: %g is outside 0 to %d pixels", l.MinEyeDistance, maxEyeDistance)
	}
	for _, span := range []struct {
		field string
		value time.Duration
	}{{"pulse", l.Pulse}, {"window", l.Window}, {"hold", l.Hold}} {
		if span.value < 0 || span.value > time.Minute {
			return fmt.Errorf("%s: %s is outside 0 to 1m", span.field, span.value)
		}
	}
	return nil
}
