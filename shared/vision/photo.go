package vision

import (
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"time"

	"gocv.io/x/gocv"
)

// Limits of a photo. The largest phones take 12 to 50 megapixels and store
// them in under 15 MB; anything larger is no portrait but an attempt to fill
// the memory.
const (
	MaxPhotoBytes  = 15 << 20
	MaxPhotoPixels = 40_000_000
	MinPhotoSide   = 64
)

// halveAbove is the number of pixels from which a photo is halved while it is
// decoded: a portrait has far more detail than the recogniser's 112x112 then,
// and the memory in use stays below 30 MB.
const halveAbove = 8_000_000

// Why DecodePhoto refuses a photo. Errors wrap one of these.
var (
	ErrNotImage  = errors.New("not a JPEG or PNG picture")
	ErrTooLarge  = errors.New("the picture is too large")
	ErrTooSmall  = errors.New("the picture is too small")
	ErrTruncated = errors.New("the picture is incomplete or damaged")
)

// DecodePhoto decodes a JPEG or PNG in memory, upright as its EXIF data says.
// The content decides the type, and size and completeness are checked before
// any pixel is decoded. Errors wrap ErrNotImage, ErrTooLarge, ErrTooSmall or
// ErrTruncated. Frame.At is left zero.
func DecodePhoto(data []byte) (Frame, error) {
	if len(data) > MaxPhotoBytes {
		return Frame{}, fmt.Errorf("decode photo of %d bytes, at most %d: %w", len(data), MaxPhotoBytes, ErrTooLarge)
	}
	width, height, err := inspect(data)
	if err != nil {
		return Frame{}, fmt.Errorf("decode photo: %w", err)
	}
	if width*height > MaxPhotoPixels {
		return Frame{}, fmt.Errorf("decode photo of %dx%d pixels, at most %d: %w", width, height, MaxPhotoPixels, ErrTooLarge)
	}
	if min(width, height) < MinPhotoSide {
		return Frame{}, fmt.Errorf("decode photo of %dx%d pixels, at least %d each way: %w", width, height, MinPhotoSide, ErrTooSmall)
	}
	flags := gocv.IMReadColor
	if width*height > halveAbove {
		flags = gocv.IMReadReducedColor2
	}
	m, err := gocv.IMDecode(data, flags)
	if err != nil {
		return Frame{}, fmt.Errorf("decode photo: %w", err)
	}
	defer func() {
		wipe(&m)
		m.Close()
	}()
	if m.Empty() {
		return Frame{}, fmt.Errorf("decode photo: %w", ErrTruncated)
	}
	return Frame{Width: m.Cols(), Height: m.Rows(), Pix: m.ToBytes(), At: time.Time{}}, nil
}

// inspect reads the dimensions from the header and walks the container to its
// end, because OpenCV fills the missing part of a truncated JPEG with grey and
// reports no error.
func inspect(data []byte) (width, height int, err error) {
	var complete bool
	switch {
	case bytes.HasPrefix(data, []byte(jpegMagic)):
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return 0, 0, headerError(err)
		}
		width, height, complete = cfg.Width, cfg.Height, jpegComplete(data)
	case bytes.HasPrefix(data, []byte(pngMagic)):
		cfg, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return 0, 0, headerError(err)
		}
		width, height, complete = cfg.Width, cfg.Height, pngComplete(data)
	default:
		return 0, 0, ErrNotImage
	}
	if !complete {
		return 0, 0, ErrTruncated
	}
	return width, height, nil
}
