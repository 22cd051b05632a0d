package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	jpegMagic = "\xff\xd8\xff"
	pngMagic  = "\x89PNG\r\n\x1a\n"
)

// maxScans bounds the passes of a progressive JPEG. Encoders write about ten;
// a file with thousands keeps a decoder busy for minutes.
const maxScans = 32

// headerError tells a header that ends too early from one that is nonsense.
func headerError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return fmt.Errorf("%w: %w", ErrNotImage, err)
}

// jpegComplete reports whether the markers lead, segment by segment, to the
// end-of-image marker. Markers inside an embedded thumbnail do not count.
func jpegComplete(data []byte) bool {
	scans := 0
	for i := 2; i+1 < len(data); {
		if data[i] != 0xff {
			i++ // entropy-coded data
			continue
		}
		switch marker := data[i+1]; {
		case marker == 0xd9: // EOI
			return scans > 0
		case marker == 0xff: // fill byte
			i++
		case marker == 0x00, marker == 0x01, marker >= 0xd0 && marker <= 0xd8: // stuffed byte, TEM, RST, SOI
			i += 2
		default:
			if marker == 0xda { // SOS
				if scans++; scans > maxScans {
					return false
				}
			}
			if i+3 >= len(data) {
				return false
			}
			i += 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		}
	}
	return false
}

// pngComplete reports whether the chunks lead to an IEND.
func pngComplete(data []byte) bool {
	for i := len(pngMagic); i+12 <= len(data); {
		if bytes.Equal(data[i+4:i+8], []byte("IEND")) {
			return true
		}
		i += 12 + int(binary.BigEndian.Uint32(data[i:]))
	}
	return false
}
