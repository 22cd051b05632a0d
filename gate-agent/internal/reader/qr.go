package reader

/*
#cgo pkg-config: zbar
#include <stdlib.h>
#include <zbar.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/openstile/stile/shared/vision"
)

// QR finds QR codes in frames with the zbar library. It belongs to one
// goroutine.
type QR struct {
	scanner *C.zbar_image_scanner_t
	image   *C.zbar_image_t
	grey    unsafe.Pointer // C memory of size bytes, which image points to
	size    int
}

// The largest frame that Read takes, in pixels: 8K, so that a corrupt size
// cannot ask for all memory.
const maxPixels = 7680 * 4320

// NewQR makes a reader that looks for QR codes only. Close frees it.
func NewQR() (*QR, error) {
	q := &QR{scanner: C.zbar_image_scanner_create(), image: C.zbar_image_create()}
	if q.scanner == nil || q.image == nil {
		q.Close()
		return nil, errors.New("make QR reader: out of memory")
	}
	for _, set := range []struct {
		symbology C.zbar_symbol_type_t
		config    C.zbar_config_t
		value     C.int
	}{
		{C.ZBAR_NONE, C.ZBAR_CFG_ENABLE, 0}, // NONE means all
		{C.ZBAR_QRCODE, C.ZBAR_CFG_ENABLE, 1},
		{C.ZBAR_NONE, C.ZBAR_CFG_TEST_INVERTED, 1}, // telephones in dark mode show white on black
	} {
		if C.zbar_image_scanner_set_config(q.scanner, set.symbology, set.config, set.value) != 0 {
			q.Close()
			return nil, fmt.Errorf("make QR reader: zbar refuses its setting %d=%d", int(set.config), int(set.value))
		}
	}
	C.zbar_image_set_format(q.image, C.ulong('Y')|C.ulong('8')<<8|C.ulong('0')<<16|C.ulong('0')<<24)
	return q, nil
}

// Close frees the reader.
func (q *QR) Close() {
	if q.image != nil {
		C.zbar_image_destroy(q.image)
	}
	if q.scanner != nil {
		C.zbar_image_scanner_destroy(q.scanner)
	}
	C.free(q.grey)
	*q = QR{}
}

// Read returns the payloads of the QR codes in f, each once; none is not an
// error. Codes that hold no possible ticket are left out. It looks at half the
// resolution first, which is quicker and reads blurred and noisy codes that
// zbar misses in full, and in full only for codes too small for that.
func (q *QR) Read(f vision.Frame) ([]string, error) {
	if f.Width < 1 || f.Height < 1 || f.Width > maxPixels/f.Height || len(f.Pix) != 3*f.Width*f.Height {
		return nil, fmt.Errorf("read QR: a frame of %dx%d with %d bytes", f.Width, f.Height, len(f.Pix))
	}
	full, half := f.Width*f.Height, (f.Width/2)*(f.Height/2)
	if err := q.reserve(full + half); err != nil {
		return nil, err
	}
	grey := unsafe.Slice((*byte)(q.grey), full+half)
	toGrey(grey[:full], f.Pix)
	halve(grey[full:], grey[:full], f.Width)
	if half > 0 {
		payloads, err := q.scan(unsafe.Add(q.grey, full), f.Width/2, f.Height/2)
		if len(payloads) > 0 || err != nil {
			return payloads, err
		}
	}
	return q.scan(q.grey, f.Width, f.Height)
}

func (q *QR) scan(grey unsafe.Pointer, width, height int) ([]string, error) {
	C.zbar_image_set_size(q.image, C.uint(width), C.uint(height))
	C.zbar_image_set_data(q.image, grey, C.ulong(width*height), nil)
	if n := C.zbar_scan_image(q.scanner, q.image); n < 0 {
		return nil, errors.New("read QR: zbar could not scan the frame")
	}
	var payloads []string
	for s := C.zbar_image_first_symbol(q.image); s != nil; s = C.zbar_symbol_next(s) {
		n := C.zbar_symbol_get_data_length(s)
		if n > maxPayload {
			continue
		}
		payload := C.GoStringN(C.zbar_symbol_get_data(s), C.int(n))
		if printable(payload) && !slices.Contains(payloads, payload) {
			payloads = append(payloads, payload)
		}
	}
	return payloads, nil
}

// reserve makes room for n grey pixels where zbar can keep a pointer to them.
func (q *QR) reserve(n int) error {
	if n <= q.size {
		return nil
	}
	grey := C.realloc(q.grey, C.size_t(n))
	if grey == nil {
		return fmt.Errorf("read QR: no memory for %d pixels", n)
	}
	q.grey, q.size = grey, n
	return nil
}

// toGrey writes the luma of packed BGR (ITU-R BT.601, in 256ths).
func toGrey(grey, bgr []byte) {
	for i := range grey {
		p := bgr[3*i : 3*i+3 : 3*i+3]
		grey[i] = byte((29*uint(p[0]) + 150*uint(p[1]) + 77*uint(p[2])) >> 8)
	}
}

// halve writes the mean of each square of four pixels of src, which is width
// pixels wide.
func halve(dst, src []byte, width int) {
	for i := range dst {
		x, y := i%(width/2), i/(width/2)
		above, below := src[2*y*width+2*x:], src[(2*y+1)*width+2*x:]
		dst[i] = byte((int(above[0]) + int(above[1]) + int(below[0]) + int(below[1])) / 4)
	}
}
