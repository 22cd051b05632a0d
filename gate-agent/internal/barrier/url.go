package barrier

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

// ParseURL reads a device URL such as
//
//	serial:///dev/ttyUSB0?board=waveshare-8ch&wiring=tripod-pulse&passage=4:closed&fire=none
//
// into a Config without a Log. board and wiring are required; release (a
// relay), debounce (a duration) and one key per role (INPUT:open, INPUT:closed
// or none) override the wiring. An unknown or repeated key is an error, and so
// is a wiring that the board cannot have.
func ParseURL(raw string) (Config, error) {
	cfg, err := parseURL(raw)
	if err != nil {
		return Config{}, fmt.Errorf("barrier URL %q: %w", raw, err)
	}
	return cfg, nil
}

func parseURL(raw string) (Config, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Config{}, err
	}
	if u.Scheme != "serial" || u.Host != "" || u.User != nil || u.Fragment != "" || !strings.HasPrefix(u.Path, "/") {
		return Config{}, errors.New("want serial:///PATH?board=NAME&wiring=NAME")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, err
	}
	cfg := Config{Path: u.Path}
	if cfg.Profile, err = firmware.Load(query.Get("board")); err != nil {
		return Config{}, fmt.Errorf("board: %w", err)
	}
	if cfg.Wiring, err = firmware.LoadWiring(query.Get("wiring")); err != nil {
		return Config{}, fmt.Errorf("wiring: %w", err)
	}
	for key, values := range query {
		if len(values) != 1 {
			return Config{}, fmt.Errorf("%s: is given %d times", key, len(values))
		}
		if key == "board" || key == "wiring" {
			continue
		}
		if err := override(&cfg.Wiring, key, values[0]); err != nil {
			return Config{}, fmt.Errorf("%s: %w", key, err)
		}
	}
	return cfg, cfg.Wiring.Fits(cfg.Profile)
}

func override(w *firmware.Wiring, key, value string) (err error) {
	role := firmware.Role(key)
	switch {
	case key == "release":
		w.Release, err = strconv.Atoi(value)
	case key == "debounce":
		w.Debounce, err = time.ParseDuration(value)
	case !slices.Contains(firmware.Roles(), role):
		return errors.New("unknown key; known: board, wiring, release, debounce, passage, ready, fire")
	case value == "none":
		delete(w.Inputs, role)
	default:
		var c firmware.Contact
		if c, err = parseContact(value); err != nil {
			return err
		}
		if w.Inputs == nil {
			w.Inputs = map[firmware.Role]firmware.Contact{}
		}
		w.Inputs[role] = c
	}
	return err
}

func parseContact(value string) (firmware.Contact, error) {
	input, level, ok := strings.Cut(value, ":")
	n, err := strconv.Atoi(input)
	if !ok || err != nil {
		return firmware.Contact{}, fmt.Errorf("%q is not INPUT:open, INPUT:closed or none", value)
	}
	return firmware.Contact{Input: n, Active: firmware.Level(level)}, nil
}
