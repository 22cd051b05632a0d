package barrier

import (
	"fmt"
	"io"
	"time"

	"go.bug.st/serial"

	firmware "github.com/openstile/stile/firmware-config"
)

// commandLanguage drives a board that takes plain bytes and answers nothing, so
// all that shows is whether the port still exists.
type commandLanguage struct {
	port    serial.Port
	profile firmware.Profile
	ready   time.Time // end of the gap after the last command
}

func (l *commandLanguage) allOff() error {
	for relay := 1; relay <= l.profile.Relays; relay++ {
		if err := l.off(relay); err != nil {
			return err
		}
	}
	return nil
}

func (l *commandLanguage) off(relay int) error {
	return l.send(l.profile.Commands.Off, relay)
}

func (l *commandLanguage) release(relay int, _ time.Duration) error {
	return l.send(l.profile.Commands.On, relay)
}

// contacts reads only because that is how a lost port shows. Bytes are thrown
// away: some of these boards print their relays' states, which nothing needs.
func (l *commandLanguage) contacts() (byte, error) {
	if err := l.port.SetReadTimeout(0); err != nil {
		return 0, err
	}
	if _, err := l.port.Read(make([]byte, 256)); err != nil {
		return 0, fmt.Errorf("read: %w", err)
	}
	return 0, nil
}

func (l *commandLanguage) send(c firmware.Command, relay int) error {
	frame, err := c.Frame(relay)
	if err != nil {
		return err
	}
	time.Sleep(time.Until(l.ready))
	err = write(l.port, frame)
	l.ready = time.Now().Add(l.profile.Commands.Gap)
	return err
}

func write(w io.Writer, frame []byte) error {
	n, err := w.Write(frame)
	if err == nil && n < len(frame) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
