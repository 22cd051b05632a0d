// Package config reads the gate agent's configuration: defaults, a strict YAML
// file, and a check of every value before anything starts.
package config

import (
	"fmt"
	"net"
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

const maxLanes = 8

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
	for field, value := range map[string]string{"camera": l.Camera, "barrier": l.Barrier} {
		if u, err := url.Parse(value); err != nil || u.Scheme == "" {
			return fmt.Errorf("%s: %q is not a device URL", field, value)
		}
	}
	if l.Display != "" {
		host, _, err := net.SplitHostPort(l.Display)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return fmt.Errorf("display: %q is not a loopback address and a port", l.Display)
		}
	}
	if z := l.Zone; len(z) != 4 || z[0] < 0 || z[1] < 0 || z[2] > 1 || z[3] > 1 || z[0] >= z[2] || z[1] >= z[3] {
		return fmt.Errorf("zone: %v is not left, top, right, bottom in shares of the picture", z)
	}
	if !(l.MinEyeDistance > 0) {
		return fmt.Errorf("min_eye_distance: %g is not a positive number of pixels", l.MinEyeDistance)
	}
	for field, d := range map[string]time.Duration{"pulse": l.Pulse, "window": l.Window, "hold": l.Hold} {
		if d < 0 || d > time.Minute {
			return fmt.Errorf("%s: %s is outside 0 to 1m", field, d)
		}
	}
	return nil
}
