package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress says how far long work is: on a terminal in one line that changes,
// elsewhere in a new line now and then.
type progress struct {
	w        io.Writer
	terminal bool
	started  time.Time
	said     time.Time
}

const (
	progressOnTerminal = 200 * time.Millisecond
	progressElsewhere  = 10 * time.Second
)

func newProgress(w io.Writer) *progress {
	now := time.Now()
	p := &progress{w: w, started: now, said: now}
	if file, ok := w.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// report takes how much is done, and says so if it is time to.
func (p *progress) report(done, all int) {
	now, every := time.Now(), progressElsewhere
	if p.terminal {
		every = progressOnTerminal
	}
	if done < all && now.Sub(p.said) < every {
		return
	}
	p.said = now
	left := time.Duration(float64(now.Sub(p.started)) * float64(all-done) / float64(done))
	line := fmt.Sprintf("%d of %d photos, %d %%, %v left", done, all, 100*done/all, left.Round(time.Second))
	if p.terminal {
		fmt.Fprintf(p.w, "\r%-60s", line)
	} else {
		fmt.Fprintln(p.w, line)
	}
}

// clear makes room on the terminal for what is said next.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprintf(p.w, "\r%60s\r", "")
	}
}
