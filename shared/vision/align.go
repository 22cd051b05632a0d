package vision

import (
	"fmt"
	"image"
	"image/color"

	"gocv.io/x/gocv"
)

// alignment is the face that was aligned last, so that measuring it and making
// its template cost one warp. Finding faces ends it: a camera may use the
// memory of a frame again.
type alignment struct {
	frame  *byte // the frame's first pixel; nil for none
	points [5]Point
	pix    []byte // packed BGR, of the recogniser's size and lift rows below
}

// align warps the face to the recogniser's reference points and returns its
// pixels, with lift more rows than the recogniser takes, valid until the next
// call.
func (a *Analyser) align(p picture, found Face) ([]byte, error) {
	if last := &a.alignment; last.frame == &p.Pix[0] && last.points == found.Points {
		return last.pix, nil
	}
	a.alignment = alignment{}
	s, src, err := a.halve(fitSimilarity(found.Points, a.references), p.mat)
	if err != nil {
		return nil, fmt.Errorf("align face: %w", err)
	}
	for i, v := range [6]float64{s.a, -s.b, s.tx, s.b, s.a, s.ty} {
		a.warp.SetDoubleAt(i/3, i%3, v)
	}
	gocv.WarpAffineWithParams(src, &a.aligned, a.warp, a.alignedSize(),
		gocv.InterpolationLinear, gocv.BorderReplicate, color.RGBA{})
	pix, err := a.aligned.DataPtrUint8()
	if err != nil {
		return nil, fmt.Errorf("align face: %w", err)
	}
	a.alignment = alignment{&p.Pix[0], found.Points, pix}
	return pix, nil
}

// halve averages what the face needs of img down until linear interpolation
// skips none of its pixels, and returns the similarity for the smaller picture.
// Halving is the one reduction that OpenCV does with vector instructions: it
// takes a fifteenth of the time of going to any other size at once.
func (a *Analyser) halve(s similarity, img gocv.Mat) (similarity, gocv.Mat, error) {
	for i := 0; s.scale() <= 0.5; i++ {
		even := image.Rect(0, 0, img.Cols()&^1, img.Rows()&^1)
		region := s.source(a.alignedSize()).Intersect(even)
		if region.Empty() {
			return s, img, fmt.Errorf("nothing of it is inside the frame")
		}
		half := &a.halves[i%2]
		part := img.Region(region)
		gocv.Resize(part, half, region.Size().Div(2), 0, 0, gocv.InterpolationArea)
		part.Close()
		s, img = s.halved(region.Min), *half
	}
	return s, img, nil
}

func (a *Analyser) alignedSize() image.Point { return a.recogniser.size.Add(image.Pt(0, lift)) }
