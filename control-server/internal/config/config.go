// Package config reads the control server's configuration: defaults, a strict
// YAML file, and a check of every value before anything starts.
package config

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"github.com/openstile/stile/shared/strict"
)

// Config is everything that an installer may set.
type Config struct {
	Version int    `yaml:"version"`
	Data    string `yaml:"data"` // folder of database, keys and streams
	HTTP    string `yaml:"http"` // host:port of the API, the portal and the console
	Bus     string `yaml:"bus"`  // host:port for gates
	// BusURL is how gates reach the bus, e.g. nats://stile.example:4222. Empty is
	// the address that it listens on.
	BusURL string `yaml:"bus_url"`
	Models string `yaml:"models"` // the models' manifest
	// Public is the address by which people reach the HTTP port, when a proxy
	// stands before it.
	Public string `yaml:"public"`
	// Zone is the venue's time zone, e.g. Europe/Berlin; empty is the machine's.
	Zone string `yaml:"zone"`
	// Enrolments is how many photos are worked on at once.
	Enrolments int `yaml:"enrolments"`
}

// Default is what holds where the file says nothing.
func Default() Config {
	return Config{
		Version: 1,
		Data:    "data",
		HTTP:    "127.0.0.1:8080",
		Bus:     "127.0.0.1:4222",
		Models:  filepath.Join("deploy", "models", "manifest.yaml"),
		// One core enrols, the rest stays with the gates' service.
		Enrolments: 1,
	}
}

// Load reads the file at path over the defaults. An empty path is the defaults
// alone.
func Load(path string) (Config, error) {
	c := Default()
	if path != "" {
		if err := strict.DecodeFile(path, &c); err != nil {
			return Config{}, fmt.Errorf("configuration: %w", err)
		}
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, nil
}

// Validate names the first field that cannot work, and its value.
func (c Config) Validate() error {
	if c.Version != 1 {
		return fmt.Errorf("version: %d is not 1", c.Version)
	}
	for field, value := range map[string]string{"data": c.Data, "models": c.Models} {
		if value == "" {
			return fmt.Errorf("%s: is empty", field)
		}
	}
	for field, value := range map[string]string{"http": c.HTTP, "bus": c.Bus} {
		if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
			return fmt.Errorf("%s: %q is not host:port", field, value)
		}
	}
	if host, _, _ := net.SplitHostPort(c.Bus); c.BusURL == "" && (host == "" || net.ParseIP(host).IsUnspecified()) {
		return fmt.Errorf("bus_url: is needed, because bus %q is every address and gates need one", c.Bus)
	}
	if u, err := url.Parse(c.BusURL); c.BusURL != "" && (err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls")) {
		return fmt.Errorf("bus_url: %q is not a nats or tls address", c.BusURL)
	}
	if c.Public != "" {
		if u, err := url.Parse(c.Public); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("public: %q is not an http or https address", c.Public)
		}
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return fmt.Errorf("zone: %q: %w", c.Zone, err)
	}
	if c.Enrolments < 1 || c.Enrolments > 64 {
		return fmt.Errorf("enrolments: %d is outside 1 to 64", c.Enrolments)
	}
	return nil
}

// Location returns the venue's time zone.
func (c Config) Location() *time.Location {
	if c.Zone == "" {
		return time.Local
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil { // Validate has loaded it before
		return time.Local
	}
	return loc
}
