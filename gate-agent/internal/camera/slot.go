package camera

import (
	"context"
	"sync"

	"github.com/openstile/stile/shared/vision"
)

// A slot passes frames from one writer to one reader without copies and
// without waiting: the newest wins. Of its three frames one belongs to the
// writer, one to the reader, and one is the newest complete one; they are
// exchanged, never shared.
type slot struct {
	mu                       *sync.Mutex
	writing, newest, reading *vision.Frame
	fresh                    chan struct{} // holds a token while newest is unread
}

func newSlot() slot {
	return slot{
		mu:      new(sync.Mutex),
		writing: new(vision.Frame), newest: new(vision.Frame), reading: new(vision.Frame),
		fresh: make(chan struct{}, 1),
	}
}

// writable is the writer's own frame until publish.
func (s *slot) writable() *vision.Frame { return s.writing }

func (s *slot) publish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing, s.newest = s.newest, s.writing
	select {
	case s.fresh <- struct{}{}:
	default: // the one before was never read
	}
}

func (s *slot) next(ctx context.Context) (vision.Frame, error) {
	select {
	case <-s.fresh:
	case <-ctx.Done():
		return vision.Frame{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.fresh: // one was published since; it is newest, and is taken now
	default:
	}
	s.reading, s.newest = s.newest, s.reading
	return *s.reading, nil
}
