// Package firmware describes the hardware of a lane as data: the bytes that a
// relay board speaks (boards/*.yaml) and how a turnstile is wired to it
// (wirings/*.yaml). Both are embedded in the binary and read strictly. It
// touches no device.
package firmware

import (
	"errors"
	"fmt"
	"time"
)

// Profile says what a relay board has and how to talk to it. Exactly one of
// Commands and Modbus is set.
type Profile struct {
	Name     string    `yaml:"-"`
	Title    string    `yaml:"title"`
	Baud     int       `yaml:"baud"` // always 8 data bits, no parity, 1 stop bit
	Relays   int       `yaml:"relays"`
	Inputs   int       `yaml:"inputs"`
	Commands *Commands `yaml:"commands"`
	Modbus   *Modbus   `yaml:"modbus"`
}

// Commands is the language of a board that takes plain bytes and answers
// nothing.
type Commands struct {
	On  Command       `yaml:"on"`
	Off Command       `yaml:"off"`
	Gap time.Duration `yaml:"gap"` // silence that the board needs after a command
}

// maxChannels is what one byte of Modbus coils or inputs holds, and the most
// that any known board of this kind has.
const maxChannels = 8

func (p Profile) validate() error {
	switch {
	case p.Title == "":
		return errors.New("title: is missing")
	case p.Baud < 1200 || p.Baud > 115200:
		return fmt.Errorf("baud: %d is not in 1200..115200", p.Baud)
	case p.Relays < 1 || p.Relays > maxChannels:
		return fmt.Errorf("relays: %d is not in 1..%d", p.Relays, maxChannels)
	case p.Inputs < 0 || p.Inputs > maxChannels:
		return fmt.Errorf("inputs: %d is not in 0..%d", p.Inputs, maxChannels)
	case (p.Commands == nil) == (p.Modbus == nil):
		return errors.New("commands, modbus: exactly one of them must be given")
	case p.Commands != nil && p.Inputs > 0:
		return fmt.Errorf("inputs: %d, but a board with commands cannot report any", p.Inputs)
	case p.Modbus != nil && p.Inputs == 0:
		return errors.New("inputs: 0, but reading them is how a modbus board shows that it is there")
	case p.Commands != nil:
		return p.Commands.validate()
	default:
		return p.Modbus.validate()
	}
}

func (c Commands) validate() error {
	if _, err := c.On.Frame(1); err != nil {
		return fmt.Errorf("commands.on: %w", err)
	}
	if _, err := c.Off.Frame(1); err != nil {
		return fmt.Errorf("commands.off: %w", err)
	}
	if c.On == c.Off {
		return fmt.Errorf("commands.off: %q is the same as commands.on", c.Off)
	}
	if c.Gap < 0 || c.Gap > time.Second {
		return fmt.Errorf("commands.gap: %v is not in 0s..1s", c.Gap)
	}
	return nil
}
