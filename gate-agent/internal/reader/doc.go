// Package reader reads tickets: QR codes in a camera's frames, and lines from
// hardware scanners on a serial port. Whatever a code says is outside input:
// only short, printable payloads come out.
package reader

// maxPayload is the longest ticket in bytes. Stile's own signed ticket and all
// platforms' secrets are far below; a QR code can hold 2,953.
const maxPayload = 512

// printable reports whether s could be a ticket: 1 to maxPayload bytes of
// visible ASCII and inner spaces. Ticketing platforms use nothing else, and
// what is left out cannot confuse a log or a terminal.
func printable(s string) bool {
	if len(s) == 0 || len(s) > maxPayload {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s[0] != ' ' && s[len(s)-1] != ' '
}
