package health_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/gate-agent/internal/health"
	"github.com/openstile/stile/shared/wire"
)

func TestConditionsLastFromRaiseToClear(t *testing.T) {
	now := time.Date(2031, 5, 1, 18, 0, 0, 0, time.UTC)
	m := health.New(func() time.Time { return now })
	lane := m.Lane("north-1")

	lane.Raise(health.CameraDown, "no picture")
	start := now
	now = now.Add(time.Minute)
	lane.Raise(health.CameraDown, "the cable is out")
	lane.Raise(health.BoardDown, "unplugged")

	want := []wire.Condition{
		{Name: "board_down", Text: "unplugged", Since: now},
		{Name: "camera_down", Text: "the cable is out", Since: start},
	}
	if got := lane.List(); !slices.Equal(got, want) {
		t.Errorf("List() = %v, want %v", got, want)
	}
	if got := m.Lane("north-1").List(); !slices.Equal(got, want) {
		t.Errorf("the same lane, asked for again, lists %v", got)
	}
	if got := append(m.Gate().List(), m.Lane("north-2").List()...); len(got) != 0 {
		t.Errorf("other scopes list %v, want nothing", got)
	}

	lane.Clear(health.CameraDown)
	lane.Clear(health.BoardDown)
	if got := lane.List(); len(got) != 0 {
		t.Errorf("after Clear: %v", got)
	}
}

func TestChangedTellsOnlyOfChanges(t *testing.T) {
	m := health.New(time.Now)
	for _, step := range []struct {
		name string
		act  func()
		want bool
	}{
		{"clear what is not there", func() { m.Gate().Clear(health.BusDown) }, false},
		{"raise", func() { m.Gate().Raise(health.BusDown, "a") }, true},
		{"raise again", func() { m.Gate().Raise(health.BusDown, "a") }, false},
		{"other text", func() { m.Gate().Raise(health.BusDown, "b") }, true},
		{"clear", func() { m.Gate().Clear(health.BusDown) }, true},
		{"a lane's", func() { m.Lane("a").Raise(health.CameraDown, "") }, true},
	} {
		step.act()
		select {
		case <-m.Changed():
			if !step.want {
				t.Errorf("%s: told of a change", step.name)
			}
		default:
			if step.want {
				t.Errorf("%s: not told", step.name)
			}
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	m := health.New(time.Now)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				m.Lane("a").Raise(health.CameraDown, "x")
				m.Gate().List()
				m.Lane("a").Clear(health.CameraDown)
			}
		})
	}
	wg.Wait()
	if got := m.Lane("a").List(); len(got) != 0 {
		t.Errorf("left over: %v", got)
	}
}
