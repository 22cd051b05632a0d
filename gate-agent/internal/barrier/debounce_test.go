package barrier

import (
	"testing"
	"time"
)

func TestDebouncer(t *testing.T) {
	tests := []struct {
		ms      int
		state   bool
		changed bool
		since   int
	}{
		{0, false, false, 0},
		{20, false, false, 0},
		{40, false, true, 0}, // the first state
		{60, false, false, 0},
		{80, true, false, 0}, // a bounce
		{90, false, false, 0},
		{200, false, false, 0},
		{220, true, false, 0},
		{250, true, true, 220},
		{300, false, false, 0},
		{330, false, true, 300},
	}
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	d := debouncer{hold: 30 * time.Millisecond}
	for _, tt := range tests {
		since, changed := d.sample(tt.state, at(tt.ms))
		if changed != tt.changed || changed && !since.Equal(at(tt.since)) {
			t.Errorf("at %d ms: changed %v since %v", tt.ms, changed, since.Sub(start))
		}
	}
}
