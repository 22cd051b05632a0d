package barrier

import (
	"errors"
	"fmt"
	"io/fs"

	"go.bug.st/serial"
)

// State says whether the board can release anybody.
type State struct {
	Up    bool
	Cause string // why not, in words for an operator; empty when up
}

// What a board that answers can do wrong.
var (
	errSilent  = errors.New("no answer")
	errGarbled = errors.New("garbled answer")
	errRefused = errors.New("refused")
)

// transient reports whether the next exchange may well go right.
func transient(err error) bool {
	return errors.Is(err, errSilent) || errors.Is(err, errGarbled) || errors.Is(err, errRefused)
}

func (b *Board) state() State {
	b.lock <- struct{}{}
	defer b.unlock()
	if b.link != nil {
		return State{Up: true}
	}
	return State{Cause: describe(b.cfg.Path, b.cause)}
}

// describe tells an operator what to look at.
func describe(path string, err error) string {
	var port *serial.PortError
	code := serial.PortErrorCode(-1)
	if errors.As(err, &port) {
		code = port.Code()
	}
	switch {
	case errors.Is(err, errSilent):
		return fmt.Sprintf("relay board does not answer on %s: unplugged, unpowered, or another board?", path)
	case errors.Is(err, errGarbled):
		return fmt.Sprintf("relay board on %s answers garbage: loose wire, noise, or another board?", path)
	case errors.Is(err, errRefused):
		return fmt.Sprintf("relay board on %s refuses commands: another board than configured?", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s is not there: relay board unplugged?", path)
	case errors.Is(err, fs.ErrPermission), code == serial.PermissionDenied:
		return fmt.Sprintf("no permission to use %s: is this user in the group that owns it?", path)
	case code == serial.PortBusy:
		return fmt.Sprintf("%s is in use by another program", path)
	case code == serial.InvalidSerialPort:
		return fmt.Sprintf("%s is not a serial port", path)
	default:
		return fmt.Sprintf("relay board on %s is gone: unplugged?", path)
	}
}
