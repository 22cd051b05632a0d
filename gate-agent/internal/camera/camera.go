// Package camera turns a camera, named by a URL, into a stream of frames of
// which only the newest counts. A camera that fails is opened again for as long
// as it takes; its Fault says meanwhile what is wrong.
package camera

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openstile/stile/shared/vision"
)

const (
	// A camera that gives no picture for this long is as good as unplugged.
	// Reconnecting network cameras skip up to two seconds between key frames.
	stallAfter = 3 * time.Second

	// The pauses before a camera is opened again double from the first to the
	// last: quick for a loose plug, slow enough to leave a dead host alone.
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second
)

var (
	errStarting = errors.New("the camera is starting")
	errStalled  = fmt.Errorf("the camera is open but has sent no picture for %v: check its cable and its network", stallAfter)
	errEnded    = errors.New("the recording has ended")
)

// A source is an open camera or recording.
type source interface {
	// read waits for the next picture and puts it into f, whose Pix it reuses.
	// It fails with errEnded after a recording's last picture.
	read(f *vision.Frame) error
	// interval is the pause between the pictures of a recording; zero for a
	// live camera, which paces itself.
	interval() time.Duration
	close() error
}

// Camera reads one source. Make it with Open, run it with Run.
type Camera struct {
	open func() (source, error)
	log  *slog.Logger
	slot slot

	mu      sync.Mutex
	fault   error
	onFault func(error)
}

// Open checks the URL; nothing is opened before Run. The URL is one of
//
//	v4l2:///dev/video0       a local camera
//	rtsp://…  http(s)://…    a network camera
//	file:///clip.avi?loop=1  a recording at its own pace, again and again with loop
func Open(url string, log *slog.Logger) (*Camera, error) {
	open, err := parse(url)
	if err != nil {
		return nil, err
	}
	return newCamera(open, log), nil
}

func newCamera(open func() (source, error), log *slog.Logger) *Camera {
	return &Camera{open: open, log: log, slot: newSlot(), fault: errStarting}
}

// OnFault sets what is called with each new Fault, never twice at once. Set it
// before Run; f must not call back into the Camera.
func (c *Camera) OnFault(f func(fault error)) { c.onFault = f }

// Fault is nil while pictures arrive, and otherwise says in plain words why
// they do not.
func (c *Camera) Fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

func (c *Camera) setFault(fault error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case fault == nil && c.fault == nil:
		return
	case fault == nil:
		c.log.Info("camera is up")
	case c.fault == nil || c.fault.Error() != fault.Error():
		c.log.Warn("camera is down", "cause", fault.Error())
	default:
		return
	}
	c.fault = fault
	if c.onFault != nil {
		c.onFault(fault)
	}
}

// Next waits for a frame that is newer than the last one it returned. The
// frame's pixels belong to the caller until the next call, so a Camera has one
// reader.
func (c *Camera) Next(ctx context.Context) (vision.Frame, error) { return c.slot.next(ctx) }

// Run reads the camera until ctx ends, which is the only reason to return and
// never an error. It then still waits for the read in progress; OpenCV gives up
// on a dead one after 10 s for a local camera and 30 s for a network camera.
func (c *Camera) Run(ctx context.Context) error {
	pause := firstPause
	for {
		seen, err := c.stream(ctx)
		if ctx.Err() != nil {
			return nil
		}
		c.setFault(err)
		if errors.Is(err, errEnded) {
			<-ctx.Done()
			return nil
		}
		if seen {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

// stream reads one opened source until it fails, and reports whether it gave
// any picture.
func (c *Camera) stream(ctx context.Context) (seen bool, err error) {
	src, err := c.open()
	if err != nil {
		return false, err
	}
	defer src.close()

	stalled := time.AfterFunc(stallAfter, func() { c.setFault(errStalled) })
	defer stalled.Stop()
	due := time.Now()
	for ctx.Err() == nil {
		f := c.slot.writable()
		if err := src.read(f); err != nil {
			return seen, err
		}
		stalled.Reset(stallAfter)
		due = due.Add(src.interval())
		if wait := time.Until(due); wait > 0 && src.interval() > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		} else {
			due = time.Now() // behind: go on from here rather than catch up
		}
		f.At = time.Now()
		c.slot.publish()
		c.setFault(nil)
		seen = true
	}
	return seen, nil
}
