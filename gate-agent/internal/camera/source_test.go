package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gocv.io/x/gocv"
)

func TestOpenRefusesWhatIsNoCamera(t *testing.T) {
	for url, want := range map[string]string{
		"":                          "none of v4l2://",
		"/dev/video0":               "none of v4l2://",
		"ftp://host/clip.avi":       "none of v4l2://",
		"v4l2://":                   "absolute path",
		"v4l2://dev/video0":         "absolute path",
		"file:///clip.avi?loop=yes": `loop "yes"`,
		"file:///clip.avi?speed=2":  "speed=2",
		"v4l2:///dev/video0?loop=1": "loop=1",
		"rtsp:///stream":            "needs a host",
		"gopher://me:secret@host/":  "none of v4l2://",
		"rtsp://me:secret@:x/%zz":   "is not a URL",
		"file:///clip.avi?loop=1":   "",
	} {
		_, err := Open(url, quiet)
		if want == "" {
			if err != nil {
				t.Errorf("Open(%q) = %v", url, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want it to say %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) shows the password: %v", url, err)
		}
	}
}

// clip writes a recording of n pictures.
func clip(t *testing.T, path string, width, height, n int) {
	t.Helper()
	w, err := gocv.VideoWriterFile(path, "MJPG", 100, width, height, true)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range n {
		m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(float64(10*i), 100, 200, 0), height, width, gocv.MatTypeCV8UC3)
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
		m.Close()
	}
}

func open(t *testing.T, url string) *Camera {
	t.Helper()
	c, err := Open(url, quiet)
	if err != nil {
		t.Fatal(err)
	}
	run(t, c)
	return c
}

func take(t *testing.T, c *Camera, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i := range n {
		f, err := c.Next(ctx)
		if err != nil {
			t.Fatalf("frame %d: %v; fault: %v", i+1, err, c.Fault())
		}
		if len(f.Pix) != 3*f.Width*f.Height || len(f.Pix) == 0 {
			t.Fatalf("frame %d is %dx%d with %d bytes", i+1, f.Width, f.Height, len(f.Pix))
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestRecording(t *testing.T) {
	dir := t.TempDir()
	t.Run("loops", func(t *testing.T) {
		path := filepath.Join(dir, "loop.avi")
		clip(t, path, 320, 240, 5)
		take(t, open(t, "file://"+path+"?loop=1"), 20)
	})
	t.Run("ends", func(t *testing.T) {
		path := filepath.Join(dir, "once.avi")
		clip(t, path, 320, 240, 5)
		c := open(t, "file://"+path)
		eventually(t, "the end is told", func() bool { return errors.Is(c.Fault(), errEnded) })
	})
	t.Run("is shrunk", func(t *testing.T) {
		path := filepath.Join(dir, "wide.avi")
		clip(t, path, 1920, 1080, 2)
		f, err := open(t, "file://"+path).Next(t.Context())
		if err != nil || f.Width != 1280 || f.Height != 720 {
			t.Errorf("frame of %dx%d, %v, want 1280x720", f.Width, f.Height, err)
		}
		if b, g, r := f.Pix[0], f.Pix[1], f.Pix[2]; b > 60 || g < 80 || g > 120 || r < 180 {
			t.Errorf("pixel is %d %d %d, want about 0 100 200 in the order blue, green, red", b, g, r)
		}
	})
	t.Run("appears later", func(t *testing.T) {
		path := filepath.Join(dir, "later.avi")
		c := open(t, "file://"+path+"?loop=1")
		eventually(t, "the missing file is named", func() bool { return strings.Contains(c.Fault().Error(), "no such file") })
		if err := os.WriteFile(path, []byte("no video at all"), 0o600); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the broken file is named", func() bool { return strings.Contains(c.Fault().Error(), "not a video") })
		clip(t, filepath.Join(dir, "tmp.avi"), 320, 240, 5)
		if err := os.Rename(filepath.Join(dir, "tmp.avi"), path); err != nil {
			t.Fatal(err)
		}
		take(t, c, 3)
	})
}

func TestMissingDevice(t *testing.T) {
	c := open(t, "v4l2:///dev/no-such-camera")
	eventually(t, "the device is named", func() bool { return strings.Contains(c.Fault().Error(), "/dev/no-such-camera: no such file") })
}

// TestNetworkCamera reads a camera that speaks MJPEG over HTTP, as most do, and
// whose connection breaks.
func TestNetworkCamera(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	picture.Set(5, 5, color.White)
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, picture, nil); err != nil {
		t.Fatal(err)
	}
	var connections, unplugged atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections.Add(1)
		parts := multipart.NewWriter(w)
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+parts.Boundary())
		for unplugged.Load() == 0 && r.Context().Err() == nil {
			part, err := parts.CreatePart(textproto.MIMEHeader{
				"Content-Type":   {"image/jpeg"},
				"Content-Length": {fmt.Sprint(encoded.Len())},
			})
			if err != nil {
				return
			}
			part.Write(encoded.Bytes())
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	c := open(t, server.URL+"/video")
	take(t, c, 5)
	unplugged.Store(1)
	eventually(t, "the broken connection is told", func() bool { return c.Fault() != nil })
	unplugged.Store(0)
	eventually(t, "the camera is back", func() bool { return c.Fault() == nil })
	take(t, c, 5)
	if connections.Load() < 2 {
		t.Errorf("%d connections", connections.Load())
	}
}
