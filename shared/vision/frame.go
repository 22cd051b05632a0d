package vision

import (
	"fmt"
	"image"
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

// picture is a frame whose pixels OpenCV reads where they are.
type picture struct {
	Frame
	mat gocv.Mat
}

// lend makes a picture of a frame, without a copy. The pixels stay pinned until
// it is given back.
func (a *Analyser) lend(f Frame) (picture, error) {
	if f.Width < 1 || f.Height < 1 || len(f.Pix) != 3*f.Width*f.Height {
		return picture{}, fmt.Errorf("frame of %dx%d: %d bytes instead of %d", f.Width, f.Height, len(f.Pix), 3*f.Width*f.Height)
	}
	a.pinned.Pin(&f.Pix[0])
	mat, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
	if err != nil {
		a.pinned.Unpin()
		return picture{}, fmt.Errorf("frame of %dx%d: %w", f.Width, f.Height, err)
	}
	return picture{Frame: f, mat: mat}, nil
}

func (a *Analyser) giveBack(p picture) {
	p.mat.Close()
	a.pinned.Unpin()
}
