package camera

import (
	"testing"
	"time"
)

// A frame that is not newer than the last one would be decided upon although
// somebody else stands there by now.
func TestSlotNeverGoesBack(t *testing.T) {
	s := newSlot()
	stop := make(chan struct{})
	stopped := make(chan struct{})
	begin := time.Now()
	go func() {
		defer close(stopped)
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			s.writable().At = begin.Add(time.Duration(i))
			s.publish()
		}
	}()
	last := time.Time{}
	for range 10_000 {
		f, err := s.next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !f.At.After(last) {
			t.Fatalf("frame of %v after frame of %v", f.At.Sub(begin), last.Sub(begin))
		}
		last = f.At
	}
	close(stop)
	<-stopped
}
