package firmware

import (
	"errors"
	"fmt"
	"time"
)

// Modbus is the language of a Modbus RTU relay board: relays are coils and
// inputs are discrete inputs, both counted from address 0.
type Modbus struct {
	Unit  byte  `yaml:"unit"`
	Pulse Pulse `yaml:"pulse"`
}

// Pulse is a board's own timed pulse: writing n to the coil Address+relay-1
// energises the relay for n Steps.
type Pulse struct {
	Address uint16        `yaml:"address"`
	Step    time.Duration `yaml:"step"`
}

// Request is a Modbus request of the shape that all the functions used here
// share: a function, an address, and a value or a quantity.
type Request struct {
	Function byte
	Address  uint16
	Value    uint16
}

// Function codes of the Modbus application protocol, section 6.
const (
	readCoils          = 0x01
	readDiscreteInputs = 0x02
	writeSingleCoil    = 0x05
)

// Switch asks the board to hold one relay, counted from 1, on or off.
func (m Modbus) Switch(relay int, on bool) Request {
	var value uint16
	if on {
		value = 0xFF00
	}
	return Request{writeSingleCoil, uint16(relay - 1), value}
}

// Flash asks the board to energise one relay for at least d. The board counts
// in steps, so d is rounded up.
func (m Modbus) Flash(relay int, d time.Duration) Request {
	steps := (d + m.Pulse.Step - 1) / m.Pulse.Step
	return Request{writeSingleCoil, m.Pulse.Address + uint16(relay-1), uint16(steps)}
}

// ReadRelays asks for the state of the first n relays.
func (m Modbus) ReadRelays(n int) Request { return Request{readCoils, 0, uint16(n)} }

// ReadInputs asks for the state of the first n inputs.
func (m Modbus) ReadInputs(n int) Request { return Request{readDiscreteInputs, 0, uint16(n)} }

func (m Modbus) validate() error {
	switch {
	case m.Unit < 1 || m.Unit > 247:
		// 0 is the broadcast address: nobody answers it.
		return fmt.Errorf("modbus.unit: %d is not in 1..247", m.Unit)
	case m.Pulse.Address == 0:
		return errors.New("modbus.pulse.address: 0 is the first relay itself")
	case m.Pulse.Step < time.Millisecond || m.Pulse.Step > time.Second:
		return fmt.Errorf("modbus.pulse.step: %v is not in 1ms..1s", m.Pulse.Step)
	}
	return nil
}
