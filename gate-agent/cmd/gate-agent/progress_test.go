package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	for _, row := range []struct {
		terminal   bool
		said, last string
		times      int
	}{
		{false, "400 of 1000 photos, 40 %, 1m0s left\n", "1000 of 1000 photos, 100 %, 0s left\n", 10},
		{true, "\r400 of 1000 photos, 40 %, 1m0s left", "\r" + strings.Repeat(" ", 60) + "\r", 501},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			p := newProgress(&out)
			p.terminal = row.terminal
			for done := range 1000 {
				time.Sleep(100 * time.Millisecond)
				p.report(done+1, 1000)
			}
			p.clear()
			if got := strings.Count(out.String(), "left"); got < row.times-1 || got > row.times {
				t.Errorf("terminal %v: it speaks %d times, want %d", row.terminal, got, row.times)
			}
			if !strings.Contains(out.String(), row.said) || !strings.HasSuffix(out.String(), row.last) {
				t.Errorf("terminal %v: it says %q", row.terminal, out.String())
			}
		})
	}
}
