package demo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Person is one face of the sample pictures: a picture with that face in its
// middle, as a camera or a phone would see them.
type Person struct {
	Name    string // of the picture and the place in it, from the left
	Picture []byte // JPEG
	Path    string // where Picture lies for the simulated cameras
	// fit reports whether the picture is good enough for enrolment, seen whether
	// it is clearly so for a lane, which a stranger who blinks meets too.
	fit, seen bool
	template  face.Vector
}

const (
	// faceShare is the width of the face in a cut-out: more room around it would
	// let the neighbours in a group picture in.
	faceShare = 0.6
	// cutOut is a cut-out's side in pixels.
	cutOut = 480
	// Two faces at least this alike are the same person. The cast's real pair
	// scores 0.49, everybody else below 0.33.
	samePerson face.Score = 0.42
	// clear is the quality from which a lane takes a face in every step of its
	// way to the gate.
	clear checkin.Quality = 0.15
	// Enrolled people and strangers must be less alike than the first, whoever
	// withdraws than the second: below the threshold of so small a gallery.
	different face.Score = 0.26
	strange   face.Score = 0.225
)

// findCast cuts every face out of the pictures in dir and writes it below out.
func findCast(models *vision.Models, dir, out string) (cast []Person, err error) {
	pictures, err := filepath.Glob(filepath.Join(dir, "sample*.jpg"))
	if err != nil || len(pictures) == 0 {
		return nil, fmt.Errorf("no sample pictures in %s: run make setup", dir)
	}
	see, err := models.NewAnalyser()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, see.Close()) }()
	for n, path := range pictures {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		frame, err := vision.DecodePhoto(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		faces, err := see.Detect(frame)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		slices.SortFunc(faces, func(a, b vision.Face) int { return a.Box.Min.X - b.Box.Min.X })
		for i, f := range faces {
			p, err := cut(see, frame, f)
			if err != nil {
				return nil, fmt.Errorf("%s: face %d: %w", path, i+1, err)
			}
			p.Name = fmt.Sprintf("picture-%d-face-%d", n+1, i+1)
			p.Path = filepath.Join(out, p.Name+".jpg")
			if err := os.WriteFile(p.Path, p.Picture, 0o600); err != nil {
				return nil, err
			}
			cast = append(cast, p)
		}
	}
	return cast, nil
}

func cut(see *vision.Analyser, frame vision.Frame, f vision.Face) (Person, error) {
	img := around(frame, f.Box)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 92}); err != nil {
		return Person{}, err
	}
	p := Person{Picture: buf.Bytes()}
	var err error
	if p.template, err = see.Features(nil, frame, f); err != nil {
		return Person{}, err
	}
	photo, err := vision.DecodePhoto(p.Picture)
	if err != nil {
		return Person{}, err
	}
	var rejected *vision.Rejection
	_, err = see.Enrol(photo)
	if err != nil && !errors.As(err, &rejected) {
		return Person{}, err
	}
	p.fit = err == nil
	m, err := see.Measure(frame, f)
	p.seen = m.Quality() >= clear
	return p, err
}

// around cuts a square with the face in its middle, enlarged or reduced to
// cutOut. Beyond the picture's edge its last pixels go on.
func around(frame vision.Frame, box image.Rectangle) image.Image {
	side := float64(max(box.Dx(), box.Dy())) / faceShare
	left := float64(box.Min.X+box.Max.X)/2 - side/2
	top := float64(box.Min.Y+box.Max.Y)/2 - side/2
	img := image.NewRGBA(image.Rect(0, 0, cutOut, cutOut))
	for y := range cutOut {
		for x := range cutOut {
			img.SetRGBA(x, y, sample(frame, left+(float64(x)+0.5)*side/cutOut-0.5, top+(float64(y)+0.5)*side/cutOut-0.5))
		}
	}
	return img
}

// sample reads the frame between its pixels.
func sample(f vision.Frame, x, y float64) color.RGBA {
	x, y = min(max(x, 0), float64(f.Width-1)), min(max(y, 0), float64(f.Height-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, f.Width-1), min(y0+1, f.Height-1)
	fx, fy := x-float64(x0), y-float64(y0)
	channel := func(c int) uint8 {
		at := func(x, y int) float64 { return float64(f.Pix[3*(y*f.Width+x)+c]) }
		return uint8((at(x0, y0)*(1-fx)+at(x1, y0)*fx)*(1-fy) + (at(x0, y1)*(1-fx)+at(x1, y1)*fx)*fy + 0.5)
	}
	return color.RGBA{R: channel(2), G: channel(1), B: channel(0), A: 255}
}

// Roles says who is who in the demo.
type Roles struct {
	Enrolled  []Person
	Strangers []Person
	// Again is a second picture of Enrolled[0]: the same person on another day.
	// The last of Enrolled is unlike all others, and is who withdraws.
	Again Person
}

// assign gives everybody a role. The one person who is in two pictures is
// enrolled with the first and walks in with the second. Strangers are those
// who are least like anybody enrolled.
func assign(cast []Person, enrolled, strangers int) (r Roles, err error) {
	taken := make([]bool, len(cast))
	for i := range cast {
		for j := i + 1; j < len(cast) && len(r.Enrolled) == 0; j++ {
			if cast[i].fit && cast[j].fit && face.Compare(cast[i].template, cast[j].template) >= samePerson {
				r.Enrolled, r.Again = append(r.Enrolled, cast[i]), cast[j]
				taken[i], taken[j] = true, true
			}
		}
	}
	for i, p := range cast {
		if !taken[i] && p.fit && len(r.Enrolled) < enrolled && unlike(p, r.Enrolled, different) {
			r.Enrolled, taken[i] = append(r.Enrolled, p), true
		}
	}
	for i, p := range cast {
		if !taken[i] && p.seen && unlike(p, r.Enrolled, different) {
			r.Strangers = append(r.Strangers, p)
		}
	}
	slices.SortStableFunc(r.Strangers, func(p, q Person) int { return cmp.Compare(likeness(p, r.Enrolled), likeness(q, r.Enrolled)) })
	r.Strangers = r.Strangers[:min(strangers, len(r.Strangers))]
	// Whoever withdraws is a stranger afterwards.
	for i, p := range r.Enrolled {
		if i > 0 && unlike(p, slices.Concat(r.Enrolled[:i], r.Enrolled[i+1:]), strange) {
			last := len(r.Enrolled) - 1
			r.Enrolled[i], r.Enrolled[last] = r.Enrolled[last], p
			break
		}
	}
	if len(r.Again.Picture) == 0 || len(r.Enrolled) < enrolled || len(r.Strangers) < strangers {
		return r, fmt.Errorf("the sample pictures give %d people to enrol and %d strangers, want %d and %d",
			len(r.Enrolled), len(r.Strangers), enrolled, strangers)
	}
	return r, nil
}

func unlike(p Person, others []Person, limit face.Score) bool { return likeness(p, others) < limit }

// likeness is the score of the one among others who is most like p.
func likeness(p Person, others []Person) face.Score {
	most := face.Score(-1)
	for _, o := range others {
		most = max(most, face.Compare(p.template, o.template))
	}
	return most
}
