package firmware

import (
	"fmt"
	"strconv"
	"strings"
)

// Command is a frame as manuals print it: bytes in hex, "ch" where the relay's
// number stands, and "sum" for the low byte of the sum of all bytes before it.
type Command string

// Frame returns the bytes of the command for one relay, counted from 1. It
// fails only on a malformed Command, which Load refuses.
func (c Command) Frame(relay int) ([]byte, error) {
	var frame []byte
	var sum byte
	for _, word := range strings.Fields(string(c)) {
		var b byte
		switch word {
		case "ch":
			b = byte(relay)
		case "sum":
			b = sum
		default:
			v, err := strconv.ParseUint(word, 16, 8)
			if err != nil || len(word) != 2 {
				return nil, fmt.Errorf("%q in %q is not a byte in hex, ch or sum", word, string(c))
			}
			b = byte(v)
		}
		frame = append(frame, b)
		sum += b
	}
	if len(frame) == 0 {
		return nil, fmt.Errorf("%q holds no bytes", string(c))
	}
	return frame, nil
}
