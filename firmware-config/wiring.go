package firmware

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Wiring says which relay and which inputs of a board lead where in a lane.
type Wiring struct {
	Name     string           `yaml:"-"`
	Title    string           `yaml:"title"`
	Release  int              `yaml:"release"`  // the relay that lets one person through, from 1
	Debounce time.Duration    `yaml:"debounce"` // how long a contact must hold before it is believed
	Inputs   map[Role]Contact `yaml:"inputs"`
}

// Role is what an input means to the lane.
type Role string

// The roles that an input can have.
const (
	Passage Role = "passage" // somebody is going through
	Ready   Role = "ready"   // the turnstile has power and takes commands
	Fire    Role = "fire"    // the fire panel has freed the turnstile
)

// Roles lists every role.
func Roles() []Role { return []Role{Passage, Ready, Fire} }

// Contact is one input of the board, counted from 1, and the state in which
// its role is active. A closed contact is one that the board reads as 1.
type Contact struct {
	Input  int   `yaml:"input"`
	Active Level `yaml:"active"`
}

// Level is the state of a contact.
type Level string

// The two states of a contact.
const (
	Open   Level = "open"
	Closed Level = "closed"
)

// ClosedLoop reports whether a passage can be seen at all.
func (w Wiring) ClosedLoop() bool {
	_, ok := w.Inputs[Passage]
	return ok
}

// Fits returns an error that names the field if the wiring is wrong in itself
// or asks for a relay or an input that the board does not have.
func (w Wiring) Fits(p Profile) error {
	if err := w.validate(); err != nil {
		return fmt.Errorf("wiring %s: %w", w.Name, err)
	}
	if w.Release > p.Relays {
		return fmt.Errorf("wiring %s: release: %d, but board %s has relays 1..%d",
			w.Name, w.Release, p.Name, p.Relays)
	}
	for _, role := range slices.Sorted(maps.Keys(w.Inputs)) {
		if n := w.Inputs[role].Input; n > p.Inputs {
			return fmt.Errorf("wiring %s: inputs.%s.input: %d, but board %s has %d inputs",
				w.Name, role, n, p.Name, p.Inputs)
		}
	}
	return nil
}

func (w Wiring) validate() error {
	switch {
	case w.Title == "":
		return errors.New("title: is missing")
	case w.Release < 1 || w.Release > maxChannels:
		return fmt.Errorf("release: %d is not in 1..%d", w.Release, maxChannels)
	case w.Debounce < time.Millisecond || w.Debounce > time.Second:
		return fmt.Errorf("debounce: %v is not in 1ms..1s", w.Debounce)
	}
	roleOf := map[int]Role{}
	for _, role := range slices.Sorted(maps.Keys(w.Inputs)) {
		c := w.Inputs[role]
		switch {
		case !slices.Contains(Roles(), role):
			return fmt.Errorf("inputs: unknown role %q; known: %v", role, Roles())
		case c.Input < 1 || c.Input > maxChannels:
			return fmt.Errorf("inputs.%s.input: %d is not in 1..%d", role, c.Input, maxChannels)
		case c.Active != Open && c.Active != Closed:
			return fmt.Errorf("inputs.%s.active: %q is neither open nor closed", role, c.Active)
		case roleOf[c.Input] != "":
			return fmt.Errorf("inputs.%s.input: %d is already %s", role, c.Input, roleOf[c.Input])
		}
		roleOf[c.Input] = role
	}
	return nil
}
