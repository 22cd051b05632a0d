package sim

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/shared/vision"
)

var quietLog = slog.New(slog.NewTextHandler(io.Discard, nil))

// eyes draws a picture of the agreed form, whose two eyes are blue: a face of
// half the picture's width has its eyes about a fifth of that width apart.
func eyes(t testing.TB) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 300, 360))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{200, 170, 150, 255}), image.Point{}, draw.Src)
	for _, x := range []int{150 - 31, 150 + 31} {
		draw.Draw(m, image.Rect(x-5, 160, x+5, 170), image.NewUniform(color.RGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	}
	path := filepath.Join(t.TempDir(), "person.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	return path
}

// blue returns the mean place of what is blue left and right of their middle.
func blue(f vision.Frame) (leftX, rightX float64) {
	var xs []int
	sum := 0
	for i := 0; i < len(f.Pix); i += 3 {
		if b, g, r := f.Pix[i], f.Pix[i+1], f.Pix[i+2]; b > 150 && g < 110 && r < 110 {
			xs = append(xs, i/3%f.Width)
			sum += i / 3 % f.Width
		}
	}
	if len(xs) == 0 {
		return math.NaN(), math.NaN()
	}
	var n [2]float64
	var total [2]float64
	for _, x := range xs {
		side := 0
		if x*len(xs) > sum {
			side = 1
		}
		n[side]++
		total[side] += float64(x)
	}
	return total[0] / n[0], total[1] / n[1]
}

func startCamera(t *testing.T) (*Camera, *Client) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "lane.sock")
	c, err := NewCamera(socket, 640, 480, 12, quietLog)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
		if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is left over: %v", err)
		}
	})
	client, err := Dial(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return c, client
}

func nextFrame(t *testing.T, c *Camera) vision.Frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	f, err := c.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// frameOf is the first frame of then or later: older ones may still be waiting.
func frameOf(t *testing.T, c *Camera, then time.Time) vision.Frame {
	t.Helper()
	for {
		if f := nextFrame(t, c); !f.At.Before(then) {
			return f
		}
	}
}

func TestSomebodyWalksUpStandsAndLeaves(t *testing.T) {
	c, client := startCamera(t)
	if l, _ := blue(nextFrame(t, c)); !math.IsNaN(l) {
		t.Error("somebody is there before the walk")
	}
	if err := client.Walk(eyes(t), time.Second); err != nil {
		t.Fatal(err)
	}
	var last []byte
	frameOf(t, c, time.Now())
	for range 5 {
		f := nextFrame(t, c)
		left, right := blue(f)
		if d := right - left; !(d >= 60 && d <= 120) {
			t.Errorf("standing: %.0f pixels between the eyes", d)
		}
		if mid := (left + right) / 2 / float64(f.Width); !(mid > 0.4 && mid < 0.6) {
			t.Errorf("standing: the face is at %.2f of the width", mid)
		}
		if string(last) == string(f.Pix) {
			t.Error("two frames are equal")
		}
		last = f.Pix
	}
	if err := client.Leave(); err != nil {
		t.Fatal(err)
	}
	if l, _ := blue(frameOf(t, c, time.Now())); !math.IsNaN(l) {
		t.Error("somebody is still there after leaving")
	}
}

func TestPersonApproaches(t *testing.T) {
	s, err := person(eyes(t), 0.5, 640)
	if err != nil {
		t.Fatal(err)
	}
	footage := newFootage(640, 480)
	begun := time.Unix(1_900_000_000, 0)
	w := walk{sprite: s, begun: begun, length: 2 * time.Second}
	before := 0.0
	for _, after := range []time.Duration{150, 300, 500, 900} {
		now := begun.Add(after * time.Millisecond)
		f, err := footage.picture(now, []placed{w.at(now, 640, 480)})
		if err != nil {
			t.Fatal(err)
		}
		left, right := blue(f)
		if !(right-left > before) {
			t.Errorf("after %v ms: %.0f pixels between the eyes, %.0f before", int(after), right-left, before)
		}
		before = right - left
	}
}

func TestCardIsHeldUpAndPutAway(t *testing.T) {
	c, client := startCamera(t)
	bright := func() (n int) {
		for _, v := range nextFrame(t, c).Pix {
			if v > 215 {
				n++
			}
		}
		return n
	}
	empty := bright()
	shown := make(chan error, 1)
	go func() { shown <- client.Show("TICKET-7F3A9C", 1500*time.Millisecond) }()
	most := 0
	for len(shown) == 0 {
		most = max(most, bright())
	}
	if err := <-shown; err != nil {
		t.Fatal(err)
	}
	if most < empty+50_000 {
		t.Errorf("%d bright values with the card, %d without", most, empty)
	}
	nextFrame(t, c)
	if after := bright(); after > empty+1000 {
		t.Errorf("%d bright values after the card, %d before", after, empty)
	}
}

func TestCameraOffAndOn(t *testing.T) {
	c, client := startCamera(t)
	nextFrame(t, c)
	if err := client.Switch(false); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); c.Fault() == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the fault is never told")
		}
	}
	if err := client.Switch(true); err != nil {
		t.Fatal(err)
	}
	nextFrame(t, c)
	if f := nextFrame(t, c); time.Since(f.At) > time.Minute || c.Fault() != nil {
		t.Errorf("a frame of %v, fault %v", f.At, c.Fault())
	}
}

func TestControlAnswers(t *testing.T) {
	c, client := startCamera(t)
	c.Handle("push", func(_ string, arg json.RawMessage) (any, error) {
		var cmd struct{ Push bool }
		if err := json.Unmarshal(arg, &cmd); err != nil || !cmd.Push {
			return nil, errors.New("it did not budge")
		}
		return map[string]int{"turns": 3}, nil
	})
	var result struct{ Turns int }
	if err := client.Do(map[string]any{"push": true}, &result); err != nil || result.Turns != 3 {
		t.Errorf("push: %+v, %v", result, err)
	}
	conn, err := net.Dial("unix", c.control.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for line, want := range map[string]string{
		`{"push":true}`:                         `{"ok":true,"result":{"turns":3}}`,
		`{"push":false}`:                        `"error":"push: it did not budge"`,
		`{"leave":true}`:                        `{"ok":true}`,
		`garbage`:                               `a command is a JSON object`,
		`[]`:                                    `a command is a JSON object`,
		`{}`:                                    `none of its keys`,
		`{"jump":true}`:                         `none of its keys`,
		`{"leave":true,"push":true}`:            `one command at a time`,
		`{"walk":"/no/such.jpg"}`:               `no such file`,
		`{"walk":"/dev/null"}`:                  `decode person`,
		`{"walk":"/no/such.jpg","second":2}`:    `unknown field`,
		`{"walk":"/no/such.jpg","seconds":-1}`:  `seconds is outside`,
		`{"walk":"/no/such.jpg","face":0.01}`:   `face is outside`,
		`{"show":"` + strings.Repeat("x", 3000): `a command is a JSON object`,
		`{"show":"` + strings.Repeat("x", 2300) + `"}`: `too long`,
		`{"show":"` + strings.Repeat("x", 3000) + `"}`: `show QR of 3000 bytes`,
	} {
		if _, err := conn.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
		got, err := in.ReadString('\n')
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%.60s -> %s, %v, want %s", line, got, err, want)
		}
	}
	conn.Write([]byte(strings.Repeat("x", maxCommand+1)))
	if got, err := in.ReadString('\n'); err != nil || !strings.Contains(got, "at most") {
		t.Errorf("an endless command: %s, %v", got, err)
	}
}

func TestNewCamera(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "lane.sock")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	c, err := NewCamera(socket, 640, 480, 12, quietLog)
	if err != nil {
		t.Fatalf("over a crashed one's socket: %v", err)
	}
	defer c.control.listener.Close()
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v, %v", info.Mode(), err)
	}
	if _, err := NewCamera(socket, 640, 480, 12, quietLog); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("twice on one socket: %v", err)
	}
	for _, bad := range [][3]int{{641, 480, 12}, {100, 100, 12}, {640, 480, 0}, {640, 480, 100}} {
		if _, err := NewCamera(filepath.Join(dir, "other.sock"), bad[0], bad[1], bad[2], quietLog); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	s, err := person(eyes(b), 0.5, 640)
	if err != nil {
		b.Fatal(err)
	}
	footage := newFootage(640, 480)
	begun := time.Unix(1_900_000_000, 0)
	for name, things := range map[string]func(time.Time) []placed{
		"empty": func(time.Time) []placed { return nil },
		"walking": func(now time.Time) []placed {
			return []placed{walk{sprite: s, begun: now.Add(-400 * time.Millisecond), length: 2 * time.Second}.at(now, 640, 480)}
		},
		"standing": func(now time.Time) []placed {
			return []placed{walk{sprite: s, begun: now.Add(-2 * time.Second), length: 2 * time.Second}.at(now, 640, 480)}
		},
	} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				now := begun.Add(time.Duration(n) * time.Second / 12)
				if _, err := footage.picture(now, things(now)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*12*b.Elapsed().Seconds()/float64(b.N), "%core@12fps")
		})
	}
}
