package barrier

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/grid-x/modbus"
	"go.bug.st/serial"

	firmware "github.com/openstile/stile/firmware-config"
)

const (
	// answerTime bounds the wait for a reply: 8 bytes at 9600 baud take 9 ms,
	// a USB adapter may sit on them for 16 ms, the rest is the board's.
	answerTime = 300 * time.Millisecond
	// offAttempts is how often "off", which does no harm twice, is tried.
	offAttempts = 3
)

// modbusLanguage drives a Modbus RTU board.
type modbusLanguage struct {
	port    serial.Port
	profile firmware.Profile
	frames  modbus.Packager
	silence time.Duration // between frames: 3.5 characters, at least 1.75 ms
	ready   time.Time     // end of the silence after the last exchange
}

func newModbusLanguage(port serial.Port, p firmware.Profile) *modbusLanguage {
	// Only the handler's framing is used; the port is ours.
	frames := modbus.NewRTUClientHandler("")
	frames.SetSlave(p.Modbus.Unit)
	const bits = 11 // of one character, as Modbus counts them
	silence := time.Duration(3.5 * bits * float64(time.Second) / float64(p.Baud))
	return &modbusLanguage{
		port:    port,
		profile: p,
		frames:  frames,
		silence: max(silence, 1750*time.Microsecond),
	}
}

// allOff reads the relays back, because a line that merely echoes would
// confirm every "off".
func (l *modbusLanguage) allOff() error {
	for relay := 1; relay <= l.profile.Relays; relay++ {
		if err := l.off(relay); err != nil {
			return err
		}
	}
	on, err := l.exchange(l.profile.Modbus.ReadRelays(l.profile.Relays))
	if err == nil && on[0] != 0 {
		err = fmt.Errorf("%w: relays %08b are still on", errRefused, on[0])
	}
	return err
}

func (l *modbusLanguage) off(relay int) (err error) {
	for range offAttempts {
		_, err = l.exchange(l.profile.Modbus.Switch(relay, false))
		if err == nil || !transient(err) {
			return err
		}
	}
	return err
}

func (l *modbusLanguage) release(relay int, pulse time.Duration) error {
	_, err := l.exchange(l.profile.Modbus.Flash(relay, pulse))
	return err
}

func (l *modbusLanguage) contacts() (byte, error) {
	bits, err := l.exchange(l.profile.Modbus.ReadInputs(l.profile.Inputs))
	if err != nil {
		return 0, err
	}
	return bits[0], nil
}

// exchange sends a request and returns the payload of its reply. After a fault
// it waits for the line to fall silent, so that the next reply starts clean.
func (l *modbusLanguage) exchange(r firmware.Request) ([]byte, error) {
	data := binary.BigEndian.AppendUint16(nil, r.Address)
	data = binary.BigEndian.AppendUint16(data, r.Value)
	request, err := l.frames.Encode(&modbus.ProtocolDataUnit{FunctionCode: r.Function, Data: data})
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Until(l.ready))
	defer func() { l.ready = time.Now().Add(l.silence) }()
	if err := l.port.ResetInputBuffer(); err != nil {
		return nil, fmt.Errorf("drop stale input: %w", err)
	}
	if err := write(l.port, request); err != nil {
		return nil, err
	}
	reply, err := l.read(request)
	if err != nil {
		return nil, err
	}
	payload, err := parseReply(l.frames, request, reply)
	if err != nil {
		l.drain()
	}
	return payload, err
}

// read collects as many bytes as the reply must have, or returns errSilent, or
// what came if it was less.
func (l *modbusLanguage) read(request []byte) ([]byte, error) {
	deadline := time.Now().Add(answerTime)
	var reply []byte
	buf := make([]byte, 64)
	for len(reply) < replySize(request, reply) {
		if err := l.port.SetReadTimeout(max(0, time.Until(deadline))); err != nil {
			return nil, err
		}
		n, err := l.port.Read(buf)
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		reply = append(reply, buf[:n]...)
		if n == 0 && len(reply) == 0 {
			return nil, errSilent
		}
		if n == 0 {
			return reply, nil
		}
	}
	return reply, nil
}

// drain reads until the line is silent for longer than a USB adapter holds
// bytes back, within limits.
func (l *modbusLanguage) drain() {
	if err := l.port.SetReadTimeout(20 * time.Millisecond); err != nil {
		return // the next exchange meets the same error
	}
	buf := make([]byte, 256)
	for deadline := time.Now().Add(answerTime); time.Now().Before(deadline); {
		if n, err := l.port.Read(buf); n == 0 || err != nil {
			return
		}
	}
}

// Sizes of a reply with unit and checksum.
const (
	exceptionSize = 5
	bitsSize      = 6 // up to eight coils or inputs
	writeSize     = 8
)

// replySize is the size of the reply to request that begins with the bytes
// read so far.
func replySize(request, reply []byte) int {
	switch {
	case len(reply) >= 2 && reply[1] == request[1]|0x80:
		return exceptionSize
	case request[1] == modbus.FuncCodeWriteSingleCoil:
		return writeSize
	default:
		return bitsSize
	}
}

// parseReply checks a reply against its request. It returns the echoed address
// and value of a write, or one byte of coils or inputs.
func parseReply(frames modbus.Packager, request, reply []byte) ([]byte, error) {
	if len(reply) != replySize(request, reply) {
		return nil, fmt.Errorf("%w: %d bytes", errGarbled, len(reply))
	}
	if err := frames.Verify(request, reply); err != nil {
		return nil, fmt.Errorf("%w: %w", errGarbled, err)
	}
	pdu, err := frames.Decode(reply)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errGarbled, err)
	}
	switch {
	case pdu.FunctionCode == request[1]|0x80:
		return nil, fmt.Errorf("%w: %w", errRefused,
			&modbus.Error{FunctionCode: pdu.FunctionCode, ExceptionCode: pdu.Data[0]})
	case pdu.FunctionCode != request[1]:
		return nil, fmt.Errorf("%w: function %d", errGarbled, pdu.FunctionCode)
	case pdu.FunctionCode == modbus.FuncCodeWriteSingleCoil:
		if !bytes.Equal(pdu.Data, request[2:6]) {
			return nil, fmt.Errorf("%w: the echo of a write differs", errGarbled)
		}
		return pdu.Data, nil
	default:
		if pdu.Data[0] != 1 {
			return nil, fmt.Errorf("%w: %d bytes of bits", errGarbled, pdu.Data[0])
		}
		return pdu.Data[1:], nil
	}
}
