package camera

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openstile/stile/shared/vision"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// fakeSource gives a one-pixel picture every period, numbered in its bytes,
// until its plug is pulled.
type fakeSource struct {
	period time.Duration
	gap    time.Duration
	plug   *plug
	n      byte
}

type plug struct {
	mu  sync.Mutex
	err error
}

func (p *plug) set(err error) { p.mu.Lock(); p.err = err; p.mu.Unlock() }
func (p *plug) get() error    { p.mu.Lock(); defer p.mu.Unlock(); return p.err }

func (s *fakeSource) read(f *vision.Frame) error {
	time.Sleep(s.period)
	if err := s.plug.get(); err != nil {
		return err
	}
	s.n++
	f.Width, f.Height = 1, 1
	f.Pix = append(f.Pix[:0], s.n, s.n, s.n)
	return nil
}
func (s *fakeSource) interval() time.Duration { return s.gap }
func (s *fakeSource) close() error            { return nil }

// run starts c until the test's end and returns the faults that it told of.
func run(t *testing.T, c *Camera) func() []string {
	var mu sync.Mutex
	var told []string
	c.OnFault(func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			told = append(told, "up")
		} else {
			told = append(told, err.Error())
		}
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	return func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(told) }
}

func TestCameraVanishesAndReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plug{}
		c := newCamera(func() (source, error) {
			if err := p.get(); err != nil {
				return nil, err
			}
			return &fakeSource{period: 50 * time.Millisecond, plug: p}, nil
		}, quiet)
		if !errors.Is(c.Fault(), errStarting) {
			t.Errorf("before Run: %v", c.Fault())
		}
		told := run(t, c)
		next := func() {
			t.Helper()
			if _, err := c.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		next()
		synctest.Wait()
		if c.Fault() != nil {
			t.Errorf("with pictures: %v", c.Fault())
		}
		p.set(errors.New("unplugged"))
		time.Sleep(time.Minute)
		if c.Fault() == nil || c.Fault().Error() != "unplugged" {
			t.Errorf("unplugged for a minute: %v", c.Fault())
		}
		p.set(nil)
		time.Sleep(lastPause + time.Second)
		next()
		if got, want := told(), []string{"up", "unplugged", "up"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestStalledCameraIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCamera(func() (source, error) {
			return &fakeSource{period: stallAfter + time.Second, plug: &plug{}}, nil
		}, quiet)
		told := run(t, c)
		time.Sleep(stallAfter + time.Second/2)
		if !errors.Is(c.Fault(), errStalled) {
			t.Errorf("no picture for %v: %v", stallAfter+time.Second/2, c.Fault())
		}
		time.Sleep(time.Second)
		if got, want := told(), []string{errStalled.Error(), "up"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestNewestWinsAndIsNotOverwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCamera(func() (source, error) {
			return &fakeSource{period: 10 * time.Millisecond, plug: &plug{}}, nil
		}, quiet)
		run(t, c)
		for range 10 {
			time.Sleep(105 * time.Millisecond) // ten pictures pass unread
			synctest.Wait()
			started := time.Now()
			f, err := c.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if age := started.Sub(f.At); age > 10*time.Millisecond {
				t.Errorf("the frame is %v old: not the newest", age)
			}
			was := slices.Clone(f.Pix)
			time.Sleep(100 * time.Millisecond)
			if !slices.Equal(f.Pix, was) {
				t.Errorf("the frame changed in the reader's hands: %v, then %v", was, f.Pix)
			}
		}
	})
}

func TestNextWaitsForANewFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCamera(func() (source, error) {
			return &fakeSource{period: time.Second, plug: &plug{}}, nil
		}, quiet)
		run(t, c)
		first, err := c.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := first.Pix[0]
		second, err := c.Next(t.Context())
		if err != nil || second.Pix[0] != n+1 {
			t.Errorf("after frame %d came %v, %v", n, second.Pix, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err := c.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Next = %v, want the context's end", err)
		}
	})
}

func TestRecordingKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCamera(func() (source, error) {
			return &fakeSource{period: 3 * time.Millisecond, gap: 40 * time.Millisecond, plug: &plug{}}, nil
		}, quiet)
		run(t, c)
		started := time.Now()
		for range 25 {
			if _, err := c.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(started); took < 990*time.Millisecond || took > 1010*time.Millisecond {
			t.Errorf("25 frames at 25 per second took %v", took)
		}
	})
}
