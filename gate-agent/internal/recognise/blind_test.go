package recognise

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/openstile/stile/shared/vision"
)

// dying is a camera that sends one frame and then nothing more; asked is called
// with each wait for another.
type dying struct {
	waits int
	asked func(waits int)
}

func (c *dying) Next(ctx context.Context) (vision.Frame, error) {
	c.waits++
	if c.waits == 1 {
		return vision.Frame{Width: 640, Height: 480, At: start}, nil
	}
	c.asked(c.waits)
	<-ctx.Done()
	return vision.Frame{}, ctx.Err()
}

func TestABlindCameraForgetsWhoWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene()
		s.sight = seen(anna)
		s.sight.ticket = "A-TICKET"
		ctx, cancel := context.WithCancel(t.Context())
		var last *track
		s.watcher.camera = &dying{asked: func(waits int) {
			w := s.watcher
			if waits == 2 {
				if w.served == nil || w.ticket.secret == "" {
					t.Fatal("nobody was seen")
				}
				last = w.served
				return
			}
			if len(w.crowd.tracks) > 0 || w.served != nil || w.ticket.secret != "" {
				t.Error("the last person is still remembered")
			}
			if last.probes.Weight() != 0 {
				t.Error("their probe is still in memory")
			}
			cancel()
		}}
		if err := s.watcher.Run(ctx); err != nil {
			t.Error(err)
		}
	})
}
