package barrier

import (
	"fmt"
	"time"

	"go.bug.st/serial"

	firmware "github.com/openstile/stile/firmware-config"
)

// link is an open port and the language spoken over it.
type link struct {
	language
	port serial.Port
}

// language is what a kind of board understands. Its methods are not safe for
// concurrent use. An error is of a kind that transient knows, or the port is
// broken.
type language interface {
	// allOff switches every relay off and, where the board answers, has it
	// confirm that they are.
	allOff() error
	// off switches one relay off, trying again after a fault.
	off(relay int) error
	// release energises one relay, at least for the given time and at most
	// until off. It tries only once.
	release(relay int, pulse time.Duration) error
	// contacts returns the inputs, bit n-1 set while input n is closed, or an
	// error if the board is not there.
	contacts() (byte, error)
}

// openLink opens the port and switches every relay off.
func openLink(path string, p firmware.Profile) (*link, error) {
	port, err := serial.Open(path, &serial.Mode{BaudRate: p.Baud})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	l := &link{port: port}
	if p.Modbus != nil {
		l.language = newModbusLanguage(port, p)
	} else {
		l.language = &commandLanguage{port: port, profile: p}
	}
	if err := l.allOff(); err != nil {
		_ = port.Close() // the first error tells more
		return nil, fmt.Errorf("switch the relays off: %w", err)
	}
	return l, nil
}
