package checkin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText refuses text that would not be on a screen what it is in the
// database: control characters, and those that turn the direction of writing.
// The value is not shown, because it may be a secret.
func CheckText(field, text string) error {
	if !utf8.ValidString(text) {
		return Invalid(field, "is not UTF-8")
	}
	hidden := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) })
	if hidden >= 0 {
		return Invalid(field, "has a control character at byte %d", hidden)
	}
	return nil
}
