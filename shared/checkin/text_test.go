package checkin

import "testing"

func TestCheckText(t *testing.T) {
	for text, ok := range map[string]bool{
		"Gala": true, "門 2 · Süd": true, "": true,
		"a\x00b": false, "a\nb": false, "\x1b[31mred": false, "a\u202eb": false, "a\xffb": false,
	} {
		if err := CheckText("name", text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
