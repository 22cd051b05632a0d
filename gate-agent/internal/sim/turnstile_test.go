package sim

import (
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	firmware "github.com/openstile/stile/firmware-config"
)

func TestArm(t *testing.T) {
	start := time.Now()
	var a arm
	push := func(after time.Duration, dir Direction, want bool) {
		t.Helper()
		if got := a.push(dir, start.Add(after)); got != want {
			t.Errorf("push after %v: turned %v, want %v", after, got, want)
		}
	}
	push(0, In, false)
	a.unlock(start)
	push(4999*time.Millisecond, Out, false)
	push(4999*time.Millisecond, In, true)
	push(5*time.Second, In, false)
	a.unlock(start.Add(6 * time.Second))
	push(11*time.Second, In, false)
	a.fire = true
	push(12*time.Second, Out, true)
	push(12*time.Second+turnTime/2, In, false)
	push(12*time.Second+turnTime, In, true)
	if a.turns != 3 {
		t.Errorf("%d turns, want 3", a.turns)
	}
}

func TestTurnstileOverThePTY(t *testing.T) {
	ts := newTurnstile(t, "waveshare-8ch", "tripod-pulse")
	port := open(t, ts)
	exchange(t, port, "01020000000879CC", sum("01020107")) // at rest: passage, ready and fire closed
	if ts.Push(In) {
		t.Error("a locked arm turned")
	}
	exchange(t, port, "0105020000050C71", "0105020000050C71")
	if !ts.Unlocked() || !ts.Energised() || ts.Releases() != 1 {
		t.Error("the pulse did not release the arm")
	}
	if !ts.Push(In) || ts.Push(In) {
		t.Error("a release is not good for exactly one push")
	}
	exchange(t, port, "01020000000879CC", sum("01020104")) // passage and ready open
	ts.SetFire(true)
	exchange(t, port, "01020000000879CC", sum("01020100")) // fire open too
	if ts.Turns() != 1 {
		t.Errorf("%d turns, want 1", ts.Turns())
	}
}

func TestWalker(t *testing.T) {
	ts := newTurnstile(t, "waveshare-8ch", "tripod-pulse")
	ts.walker = time.Millisecond
	port := open(t, ts)
	exchange(t, port, "0105020000050C71", "0105020000050C71")
	for deadline := time.Now().Add(10 * time.Second); ts.Turns() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody pushed")
		}
	}
	if ts.Unlocked() || ts.Turns() != 1 {
		t.Errorf("%d turns, want 1 and the arm locked", ts.Turns())
	}
}

func TestUnplugHangsUpAndReplugKeepsThePath(t *testing.T) {
	ts := newTurnstile(t, "lcus-1", "open-loop")
	port, path := open(t, ts), ts.Path()
	ts.Unplug()
	if n, err := port.Read(make([]byte, 1)); err == nil {
		t.Errorf("read %d bytes from an unplugged line", n)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the path of an unplugged device is still there: %v", err)
	}
	if err := ts.Replug(); err != nil {
		t.Fatal(err)
	}
	if ts.Path() != path {
		t.Errorf("path moved to %s", ts.Path())
	}
	if _, err := open(t, ts).Write(unhex("A00101A2")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !ts.Energised(); {
		if time.Now().After(deadline) {
			t.Fatal("the relay did not switch")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestGarbageArrives(t *testing.T) {
	ts := newTurnstile(t, "waveshare-8ch", "open-loop")
	port := open(t, ts)
	ts.Garbage(100)
	if _, err := io.ReadFull(port, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	ts.Garbage(100_000) // nobody reads: must return
}

func TestCloseRemovesThePath(t *testing.T) {
	ts := newTurnstile(t, "lcus-1", "open-loop")
	if err := ts.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(ts.Path()); !os.IsNotExist(err) {
		t.Errorf("path is still there: %v", err)
	}
}

func TestNewTurnstileRefuses(t *testing.T) {
	wiring, err := firmware.LoadWiring("tripod-pulse")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []firmware.Profile{{Name: "other"}, {Name: "lcus-1", Relays: 1}} {
		if _, err := NewTurnstile(TurnstileConfig{Profile: p, Wiring: wiring, Log: slog.New(slog.DiscardHandler)}); err == nil {
			t.Errorf("board %s with inputs was accepted", p.Name)
		}
	}
}

func newTurnstile(t *testing.T, board, wiring string) *Turnstile {
	t.Helper()
	p, err := firmware.Load(board)
	if err != nil {
		t.Fatal(err)
	}
	w, err := firmware.LoadWiring(wiring)
	if err != nil {
		t.Fatal(err)
	}
	ts, err := NewTurnstile(TurnstileConfig{Profile: p, Wiring: w, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ts.Close() })
	return ts
}

func open(t *testing.T, ts *Turnstile) *os.File {
	t.Helper()
	port, err := os.OpenFile(ts.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	return port
}

func exchange(t *testing.T, port *os.File, request, reply string) {
	t.Helper()
	if _, err := port.Write(unhex(request)); err != nil {
		t.Fatal(err)
	}
	want := unhex(reply)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(port, got); err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("reply to %s is % X, want % X", request, got, want)
	}
}
