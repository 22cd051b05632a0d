package sim

import "time"

// speakLCUS is LC Technology's LCUS boards: A0, the relay from 1, 01 or 00, and
// the low byte of the sum of these three. They answer nothing.
func speakLCUS(in []byte, r relays, _ byte, now time.Time) (rest, reply []byte) {
	for len(in) >= 4 {
		n, op := int(in[1]), in[2]
		if in[0] != 0xA0 || op > 1 || in[3] != in[0]+in[1]+in[2] {
			in = in[1:]
			continue
		}
		if n >= 1 && n <= len(r) {
			r[n-1].set(op == 1, now)
		}
		in = in[4:]
	}
	return in, nil
}
