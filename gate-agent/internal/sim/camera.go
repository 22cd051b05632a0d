package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openstile/stile/shared/vision"
)

var (
	errStarting = errors.New("the simulated camera is starting")
	errOff      = errors.New("the simulated camera is switched off")
)

// Camera is a simulated camera at a gate. Who comes and what they show is
// ordered over its control socket, which speaks JSON lines. Each line is an
// object with exactly one key that names a command, and that command's other
// keys:
//
//	{"walk":"/path/person.jpg","seconds":2.5}  somebody comes and stays; the picture's middle is one
//	                                           face, half as wide as the picture, or "face":0.6
//	{"leave":true}                             they go
//	{"show":"PAYLOAD","seconds":1.5}           a telephone with this QR code is held up, and put away
//	{"off":true}  {"on":true}                  the camera is unplugged, and plugged in again
//
// and whatever else was added with Handle. Each gets one line as an answer when
// it is done: {"ok":true}, {"ok":true,"result":…} or {"ok":false,"error":"why"}.
// Commands of one connection follow each other; those of several run side by
// side.
type Camera struct {
	width, height int
	period        time.Duration
	log           *slog.Logger
	footage       *footage
	control       *control
	frames        chan vision.Frame
	stopped       chan struct{}

	mu      sync.Mutex
	walk    *walk
	card    *showing
	off     bool
	fault   error
	onFault func(error)
}

// NewCamera makes a camera of the given size and frames per second, and binds
// its control socket, readable by its owner only. It fails if another process
// answers there.
func NewCamera(socket string, width, height, fps int, log *slog.Logger) (*Camera, error) {
	if width < 160 || height < 120 || width > 1920 || height > 1080 || width%2+height%2 != 0 {
		return nil, fmt.Errorf("simulated camera: %dx%d is not an even size from 160x120 to 1920x1080", width, height)
	}
	if fps < 1 || fps > 60 {
		return nil, fmt.Errorf("simulated camera: %d frames per second is outside 1 to 60", fps)
	}
	c := &Camera{
		width: width, height: height, period: time.Second / time.Duration(fps),
		log:     log,
		footage: newFootage(width, height),
		frames:  make(chan vision.Frame, 1),
		stopped: make(chan struct{}),
		fault:   errStarting,
	}
	control, err := listen(socket, log)
	if err != nil {
		return nil, err
	}
	c.control = control
	c.Handle("walk", c.doWalk)
	c.Handle("show", c.doShow)
	c.Handle("leave", c.doLeave)
	c.Handle("off", c.doSwitch)
	c.Handle("on", c.doSwitch)
	return c, nil
}

// Handle adds a command to the control socket, or replaces one.
func (c *Camera) Handle(name string, h Handler) { c.control.handle(name, h) }

// OnFault sets what is called with each new Fault, never twice at once. Set it
// before Run; f must not call back into the Camera.
func (c *Camera) OnFault(f func(fault error)) { c.onFault = f }

// Fault is nil while pictures arrive, and otherwise says why they do not.
func (c *Camera) Fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

// Next waits for a frame that is newer than the last one it returned. The
// frame is the caller's for good.
func (c *Camera) Next(ctx context.Context) (vision.Frame, error) {
	select {
	case f := <-c.frames:
		return f, nil
	case <-ctx.Done():
		return vision.Frame{}, ctx.Err()
	}
}

// Run films and obeys the control socket until ctx ends, and then removes the
// socket.
func (c *Camera) Run(ctx context.Context) error {
	defer close(c.stopped)
	served := make(chan error, 1)
	go func() { served <- c.control.serve(ctx) }()
	tick := time.NewTicker(c.period)
	defer tick.Stop()
	for {
		select {
		case err := <-served:
			return err
		case now := <-tick.C:
			if err := c.film(now); err != nil {
				return err
			}
		}
	}
}

// film draws what is in front of the camera now.
func (c *Camera) film(now time.Time) error {
	things, on := c.look(now)
	if !on {
		return nil
	}
	f, err := c.footage.picture(now, things)
	if err != nil {
		return fmt.Errorf("simulated camera: %w", err)
	}
	select { // the newest wins
	case <-c.frames:
	default:
	}
	c.frames <- f
	return nil
}

func (c *Camera) look(now time.Time) (things []placed, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off {
		c.setFault(errOff)
		return nil, false
	}
	c.setFault(nil)
	if c.walk != nil {
		things = append(things, c.walk.at(now, c.width, c.height))
	}
	if c.card != nil {
		things = append(things, c.card.at(now, c.width, c.height))
	}
	return things, true
}

// setFault expects the lock.
func (c *Camera) setFault(fault error) {
	if errors.Is(c.fault, fault) {
		return
	}
	c.fault = fault
	if c.onFault != nil {
		c.onFault(fault)
	}
}
