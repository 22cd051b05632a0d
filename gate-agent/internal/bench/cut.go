package bench

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/openstile/stile/shared/vision"
)

const (
	frameWidth, frameHeight = 1280, 720 // what gates ask their cameras for

	portraitRoom = 0.75 // around the face, in boxes
	jpegQuality  = 90
)

// frameOf is the part of a picture that a camera would see of a face.
func frameOf(f vision.Frame, box image.Rectangle) image.Rectangle {
	w, h := min(f.Width, frameWidth), min(f.Height, frameHeight)
	centre := box.Min.Add(box.Max).Div(2)
	x := min(max(centre.X-w/2, 0), f.Width-w)
	y := min(max(centre.Y-h/2, 0), f.Height-h)
	return image.Rect(x, y, x+w, y+h)
}

func portraitOf(box image.Rectangle) image.Rectangle {
	return box.Inset(-int(portraitRoom * float64(box.Dx())))
}

// cut copies a part of a picture, as far as it reaches.
func cut(f vision.Frame, part image.Rectangle) vision.Frame {
	part = part.Intersect(image.Rect(0, 0, f.Width, f.Height))
	out := vision.Frame{Width: part.Dx(), Height: part.Dy(), At: f.At}
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := f.Pix[3*y*f.Width:]
		out.Pix = append(out.Pix, row[3*part.Min.X:3*part.Max.X]...)
	}
	return out
}

// encode makes a JPEG of a picture.
func encode(f vision.Frame) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	for i := range f.Width * f.Height {
		bgr := f.Pix[3*i : 3*i+3]
		img.SetRGBA(i%f.Width, i/f.Width, color.RGBA{bgr[2], bgr[1], bgr[0], 255})
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: jpegQuality})
	return out.Bytes(), err
}
