package vision

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

var grey50 = color.RGBA{127, 127, 127, 255}

// twoColours is red in its left half, blue in its right.
func twoColours(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oriented puts an EXIF orientation into a JPEG.
func oriented(data []byte, orientation byte) []byte {
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00"
	segment := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	segment = append(segment, exif...)
	return append(append(append([]byte{}, data[:2]...), segment...), data[2:]...)
}

// resizedHeader is a small PNG whose header claims another size.
func resizedHeader(t testing.TB, w, h uint32) []byte {
	data := asPNG(t, twoColours(64, 64))
	ihdr := data[8+4 : 8+4+4+13]
	binary.BigEndian.PutUint32(ihdr[4:], w)
	binary.BigEndian.PutUint32(ihdr[8:], h)
	binary.BigEndian.PutUint32(data[8+4+4+13:], crc32.ChecksumIEEE(ihdr))
	return data
}

func TestDecodePhotoRefuses(t *testing.T) {
	photo, drawing := sampleBytes(t, 1), asPNG(t, twoColours(200, 100))
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrNotImage},
		{"text", []byte("<html>not a picture</html>"), ErrNotImage},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), ErrNotImage},
		{"JPEG's magic and nonsense", []byte("\xff\xd8\xff nonsense that goes on for a while"), ErrNotImage},
		{"JPEG's magic alone", []byte("\xff\xd8\xff"), ErrTruncated},
		{"JPEG cut in its header", photo[:100], ErrTruncated},
		{"JPEG cut in the middle", photo[:len(photo)/2], ErrTruncated},
		{"JPEG without its last bytes", photo[:len(photo)-2], ErrTruncated},
		{"PNG cut in the middle", drawing[:len(drawing)/2], ErrTruncated},
		{"PNG without its end", drawing[:len(drawing)-12], ErrTruncated},
		{"PNG bomb", resizedHeader(t, 30_000, 30_000), ErrTooLarge},
		{"PNG that holds less than it claims", resizedHeader(t, 640, 480), ErrTruncated},
		{"too many bytes", make([]byte, MaxPhotoBytes+1), ErrTooLarge},
		{"too many pixels", asJPEG(t, image.NewGray(image.Rect(0, 0, 8000, 5001))), ErrTooLarge},
		{"a stamp", asPNG(t, twoColours(63, 200)), ErrTooSmall},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := DecodePhoto(tt.data); !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDecodePhoto(t *testing.T) {
	const red, blue = 2, 0 // the byte of a BGR pixel that is bright
	wide := twoColours(200, 100)
	for _, tt := range []struct {
		name          string
		data          []byte
		width, height int
		first         int // at the top left
	}{
		{"JPEG", asJPEG(t, wide), 200, 100, red},
		{"PNG", asPNG(t, wide), 200, 100, red},
		{"JPEG with trailing bytes", append(asJPEG(t, wide), "trailer"...), 200, 100, red},
		{"upside down", oriented(asJPEG(t, wide), 3), 200, 100, blue},
		{"on its side", oriented(asJPEG(t, wide), 6), 100, 200, red},
		{"on its other side", oriented(asJPEG(t, wide), 8), 100, 200, blue},
		{"halved above 8 megapixels", asJPEG(t, twoColours(4000, 2500)), 2000, 1250, red},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := DecodePhoto(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if f.Width != tt.width || f.Height != tt.height || len(f.Pix) != 3*f.Width*f.Height {
				t.Errorf("frame is %dx%d with %d bytes, want %dx%d", f.Width, f.Height, len(f.Pix), tt.width, tt.height)
			}
			if f.Pix[tt.first] < 200 || f.Pix[2-tt.first] > 60 {
				t.Errorf("first pixel is %v", f.Pix[:3])
			}
		})
	}
}

func FuzzDecodePhoto(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(asJPEG(f, twoColours(64, 64)))
	f.Add(asPNG(f, twoColours(64, 64)))
	f.Add(oriented(asJPEG(f, twoColours(64, 64)), 6))
	f.Add([]byte("\xff\xd8\xff\xda\x00\x00\xff\xd9"))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := DecodePhoto(data)
		if err == nil && (len(frame.Pix) != 3*frame.Width*frame.Height || min(frame.Width, frame.Height) < 1) {
			t.Errorf("frame of %dx%d has %d bytes", frame.Width, frame.Height, len(frame.Pix))
		}
	})
}
