package sim

import (
	"encoding/binary"
	"time"
)

// The Waveshare board as its wiki describes it: unit 1, coils 0 to 7, coil
// 0x0200+n flashes relay n for the value in tenths of a second.
const (
	waveshareUnit  = 1
	waveshareFlash = 0x0200
	waveshareStep  = 100 * time.Millisecond
)

// Modbus exception codes.
const (
	illegalFunction = 1
	illegalAddress  = 2
	illegalValue    = 3
)

// speakWaveshare is Waveshare's Modbus RTU relay with inputs. It understands
// the requests of eight bytes, which are all that a lane needs.
func speakWaveshare(in []byte, r relays, contacts byte, now time.Time) (rest, reply []byte) {
	const size = 8
	for len(in) >= size {
		if crc16(in[:size-2]) != binary.LittleEndian.Uint16(in[size-2:size]) {
			in = in[1:] // noise, or a frame that began in it
			continue
		}
		request := in[:size]
		in = in[size:]
		if request[0] != waveshareUnit {
			continue
		}
		body := waveshareAnswer(request, r, contacts, now)
		body = append([]byte{waveshareUnit}, body...)
		reply = append(reply, binary.LittleEndian.AppendUint16(body, crc16(body))...)
	}
	return in, reply
}

// waveshareAnswer returns the reply between unit and checksum.
func waveshareAnswer(request []byte, r relays, contacts byte, now time.Time) []byte {
	function := request[1]
	address := int(binary.BigEndian.Uint16(request[2:]))
	value := binary.BigEndian.Uint16(request[4:])
	refuse := func(code byte) []byte { return []byte{function | 0x80, code} }
	switch function {
	case 0x01, 0x02:
		if value < 1 || address+int(value) > len(r) {
			return refuse(illegalAddress)
		}
		bits := contacts
		if function == 0x01 {
			bits = r.bits(now)
		}
		mask := byte(1<<value - 1)
		return []byte{function, 1, bits >> address & mask}
	case 0x05:
		switch n := address - waveshareFlash; {
		case address < len(r) && (value == 0xFF00 || value == 0x0000):
			r[address].set(value == 0xFF00, now)
		case address < len(r):
			return refuse(illegalValue)
		case n >= 0 && n < len(r):
			r[n].flash(time.Duration(value)*waveshareStep, now)
		default:
			return refuse(illegalAddress)
		}
		return request[1:6]
	default:
		return refuse(illegalFunction)
	}
}

func (r relays) bits(now time.Time) byte {
	var bits byte
	for i := range r {
		if r[i].on(now) {
			bits |= 1 << i
		}
	}
	return bits
}

// crc16 is the checksum of Modbus RTU.
func crc16(frame []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, b := range frame {
		crc ^= uint16(b)
		for range 8 {
			carry := crc & 1
			crc = crc>>1 ^ carry*0xA001
		}
	}
	return crc
}
