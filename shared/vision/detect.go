package vision

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gocv.io/x/gocv"
)

// Face is one face found in a frame.
type Face struct {
	Box         image.Rectangle // inside the frame
	Score       float32         // of the detector, 0..1
	Points      [5]Point        // left eye, right eye, nose, left and right mouth corner, as seen in the picture
	EyeDistance float64         // between the eyes' centres, in pixels
}

// Detect finds the faces of a frame, largest first. One pass over the whole
// frame sees faces from about a thirtieth of its width. The slice is the
// Analyser's own: the next Detect writes over it.
func (a *Analyser) Detect(f Frame) ([]Face, error) {
	p, err := a.lend(f)
	if err != nil {
		return nil, err
	}
	defer a.giveBack(p)
	a.faces, err = a.appendFaces(a.faces[:0], p, p.bounds())
	return a.faces, err
}

// Search finds the faces of a photo as Enrol does: see search.
func (a *Analyser) Search(photo Frame) ([]Face, error) {
	p, err := a.lend(photo)
	if err != nil {
		return nil, err
	}
	defer a.giveBack(p)
	return a.search(p)
}

// search is Detect for a photo whose framing nobody controls. A face that fills
// the picture, or a portrait squeezed into the detector's landscape, is found
// with a margin around it; a small one in parts of the picture.
func (a *Analyser) search(photo picture) ([]Face, error) {
	for _, regions := range searchRegions(photo.Width, photo.Height) {
		var faces []Face
		for _, r := range regions {
			var err error
			if faces, err = a.appendFaces(faces, photo, r); err != nil {
				return nil, err
			}
		}
		if len(faces) > 0 {
			return merge(faces), nil
		}
	}
	return nil, nil
}

// searchRegions lists the passes over a photo, each a set of regions: the
// whole, the whole with a margin in the detector's 4:3, and two grids of parts
// that overlap by half.
func searchRegions(w, h int) [][]image.Rectangle {
	mw, mh := w*3/2, h*3/2
	mw, mh = max(mw, mh*4/3), max(mh, mw*3/4)
	left, top := (w-mw)/2, (h-mh)/2
	passes := [][]image.Rectangle{
		{image.Rect(0, 0, w, h)},
		{image.Rect(left, top, left+mw, top+mh)},
	}
	for _, n := range []int{2, 4} { // parts of half and a quarter of the width
		pw, ph := max(1, w/n), max(1, h/n)
		var parts []image.Rectangle
		for y := 0; y+ph <= h; y += max(1, ph/2) {
			for x := 0; x+pw <= w; x += max(1, pw/2) {
				parts = append(parts, image.Rect(x, y, x+pw, y+ph))
			}
		}
		passes = append(passes, parts)
	}
	return passes
}

// appendFaces appends the faces of a region, which may reach beyond the
// picture. On an error it returns faces as they were.
func (a *Analyser) appendFaces(faces []Face, p picture, region image.Rectangle) ([]Face, error) {
	a.alignment = alignment{}
	inside := region.Intersect(p.bounds())
	part := p.mat.Region(inside)
	defer part.Close()
	input := part
	if inside != region {
		gocv.CopyMakeBorder(part, &a.padded, inside.Min.Y-region.Min.Y, region.Max.Y-inside.Max.Y,
			inside.Min.X-region.Min.X, region.Max.X-inside.Max.X, gocv.BorderConstant, color.RGBA{127, 127, 127, 0})
		input = a.padded
	}
	if err := a.detector.run(input, &a.resized); err != nil {
		return faces, fmt.Errorf("detect faces: %w", err)
	}
	before := len(faces)
	faces = a.appendBoxes(faces, region, p.bounds())
	found := a.distinct(faces[before:])
	for i := range found {
		if err := a.locate(p, &found[i]); err != nil {
			return faces[:before], err
		}
	}
	return faces[:before+len(found)], nil
}

// appendBoxes reads the detector's outputs.
func (a *Analyser) appendBoxes(faces []Face, region, whole image.Rectangle) []Face {
	d := &a.models.manifest.Detector
	boxes, scores := a.detector.net.output(0), a.detector.net.output(1)
	classes := len(scores) / (len(boxes) / 4)
	w, h := float64(region.Dx()), float64(region.Dy())
	for i := range len(boxes) / 4 {
		score := scores[i*classes+d.Output.Face]
		if !(score >= d.Threshold) {
			continue
		}
		b := boxes[4*i : 4*i+4]
		box := image.Rect(
			region.Min.X+int(math.Round(float64(b[0])*w)), region.Min.Y+int(math.Round(float64(b[1])*h)),
			region.Min.X+int(math.Round(float64(b[2])*w)), region.Min.Y+int(math.Round(float64(b[3])*h)),
		).Intersect(whole)
		if box.Dx() > 1 && box.Dy() > 1 {
			faces = append(faces, Face{Box: box, Score: score})
		}
	}
	return faces
}

// distinct keeps the best of the boxes that overlap, and sorts by size.
func (a *Analyser) distinct(faces []Face) []Face {
	slices.SortFunc(faces, func(x, y Face) int { return cmp.Compare(y.Score, x.Score) })
	kept := faces[:0]
	for _, f := range faces {
		if !slices.ContainsFunc(kept, func(k Face) bool { return overlap(k.Box, f.Box) > a.models.manifest.Detector.Overlap }) {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(kept, func(x, y Face) int { return cmp.Compare(area(y.Box), area(x.Box)) })
	return kept
}

// merge drops the smaller of two boxes where one holds the other's centre: the
// same face, seen in several parts of a photo and cut by some.
func merge(faces []Face) []Face {
	slices.SortStableFunc(faces, func(x, y Face) int { return cmp.Compare(area(y.Box), area(x.Box)) })
	kept := faces[:0]
	for _, f := range faces {
		if !slices.ContainsFunc(kept, func(k Face) bool { return centre(f.Box).In(k.Box) || centre(k.Box).In(f.Box) }) {
			kept = append(kept, f)
		}
	}
	return kept
}

func centre(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }

// overlap is the intersection over the union.
func overlap(a, b image.Rectangle) float64 {
	i := area(a.Intersect(b))
	return float64(i) / float64(area(a)+area(b)-i)
}
