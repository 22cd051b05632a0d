package camera

import (
	"errors"
	"fmt"
	"image"
	"net/url"
	"os"
	"time"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/vision"
)

// Wider pictures are shrunk as they are read: a face at a gate is large, and
// every later step costs by the pixel.
const maxWidth = 1280

// parse turns a camera's URL into what opens it.
func parse(raw string) (func() (source, error), error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("camera: %q is not a URL", redact(raw))
	}
	query := u.Query()
	loop := query.Get("loop")
	if u.Scheme == "file" {
		query.Del("loop")
	}
	switch u.Scheme {
	case "v4l2", "file":
		switch {
		case u.Host != "" || u.Path == "" || u.Path == "/":
			return nil, fmt.Errorf("camera: %q needs an absolute path after %s://", raw, u.Scheme)
		case len(query) > 0:
			return nil, fmt.Errorf("camera: %q has an option that is unknown: %s", raw, query.Encode())
		case loop != "" && loop != "0" && loop != "1":
			return nil, fmt.Errorf("camera: %q: loop %q is neither 0 nor 1", raw, loop)
		}
	case "rtsp", "rtsps", "http", "https":
		if u.Host == "" {
			return nil, fmt.Errorf("camera: %q needs a host", redact(raw))
		}
	default:
		return nil, fmt.Errorf("camera: %q is none of v4l2://, file://, rtsp://, rtsps://, http://, https://", redact(raw))
	}
	switch u.Scheme {
	case "v4l2":
		return func() (source, error) { return openDevice(u.Path) }, nil
	case "file":
		return func() (source, error) { return openFile(u.Path, loop == "1") }, nil
	default:
		return func() (source, error) { return openNetwork(u) }, nil
	}
}

// redact keeps a camera's password out of logs and consoles.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the camera's address"
	}
	return u.Redacted()
}

func openDevice(path string) (source, error) {
	// OpenCV prints and hides the cause; the system names it.
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open camera: %w", err)
	}
	f.Close()
	v, err := gocv.OpenVideoCaptureWithAPI(path, gocv.VideoCaptureV4L2)
	if err != nil {
		return nil, fmt.Errorf("open camera %s: it is not a camera, or another program is using it", path)
	}
	v.Set(gocv.VideoCaptureBufferSize, 1) // the newest picture, not the oldest waiting
	return newCapture(v), nil
}

func openFile(path string, loop bool) (source, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	v, err := gocv.OpenVideoCaptureWithAPI(path, gocv.VideoCaptureFFmpeg)
	if err != nil {
		return nil, fmt.Errorf("open recording %s: it is not a video that can be read", path)
	}
	c := newCapture(v)
	c.recording, c.loop = true, loop
	c.pause = time.Second / 25 // for files that do not say
	if fps := v.Get(gocv.VideoCaptureFPS); fps >= 1 && fps <= 240 {
		c.pause = time.Duration(float64(time.Second) / fps)
	}
	return c, nil
}

func openNetwork(u *url.URL) (source, error) {
	v, err := gocv.OpenVideoCaptureWithAPI(u.String(), gocv.VideoCaptureFFmpeg)
	if err != nil {
		return nil, fmt.Errorf("open camera %s: it does not answer, or not with a video: check the address, the password and the network", u.Redacted())
	}
	return newCapture(v), nil
}

// capture is a source that OpenCV reads.
type capture struct {
	video     *gocv.VideoCapture
	full      gocv.Mat
	small     gocv.Mat
	recording bool
	loop      bool
	pause     time.Duration
	pictures  int
}

func newCapture(v *gocv.VideoCapture) *capture {
	return &capture{video: v, full: gocv.NewMat(), small: gocv.NewMat()}
}

func (c *capture) interval() time.Duration { return c.pause }

func (c *capture) read(f *vision.Frame) error {
	ok := c.video.Read(&c.full)
	if !ok && c.loop && c.pictures > 0 {
		c.pictures = 0
		c.video.Set(gocv.VideoCapturePosFrames, 0)
		ok = c.video.Read(&c.full)
	}
	switch {
	case !ok && c.recording && !c.loop:
		return errEnded
	case !ok:
		return errors.New("the camera stopped sending pictures: check its plug and its network")
	case c.full.Empty() || c.full.Type() != gocv.MatTypeCV8UC3:
		return fmt.Errorf("the camera sent a picture that is not 8-bit colour (OpenCV type %d)", int(c.full.Type()))
	}
	c.pictures++
	m := c.full
	if m.Cols() > maxWidth {
		size := image.Pt(maxWidth, m.Rows()*maxWidth/m.Cols())
		gocv.Resize(m, &c.small, size, 0, 0, gocv.InterpolationArea)
		m = c.small
	}
	pixels, err := m.DataPtrUint8()
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	f.Width, f.Height = m.Cols(), m.Rows()
	f.Pix = append(f.Pix[:0], pixels...)
	return nil
}

func (c *capture) close() error {
	c.full.Close()
	c.small.Close()
	return c.video.Close()
}
