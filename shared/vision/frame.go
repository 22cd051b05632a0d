package vision

import (
	"fmt"
	"image"
	"runtime"
	"time"

	"gocv.io/x/gocv"
)

// Frame is one picture: packed BGR, row-major, 3*Width*Height bytes, and when
// it was captured.
type Frame struct {
	Width, Height int
	Pix           []byte
	At            time.Time
}

func (f Frame) bounds() image.Rectangle { return image.Rect(0, 0, f.Width, f.Height) }

// mat lends the frame's pixels to OpenCV without a copy. They stay pinned
// until release is called.
func (f Frame) mat() (m gocv.Mat, release func(), err error) {
	if f.Width < 1 || f.Height < 1 || len(f.Pix) != 3*f.Width*f.Height {
		return m, nil, fmt.Errorf("frame of %dx%d: %d bytes instead of %d", f.Width, f.Height, len(f.Pix), 3*f.Width*f.Height)
	}
	var pin runtime.Pinner
	pin.Pin(&f.Pix[0])
	m, err = gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
	if err != nil {
		pin.Unpin()
		return m, nil, fmt.Errorf("frame of %dx%d: %w", f.Width, f.Height, err)
	}
	return m, func() {
		m.Close()
		pin.Unpin()
	}, nil
}
