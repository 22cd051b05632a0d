package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Picture is one person as a gate and as enrolment see them.
type Picture struct {
	frame    vision.Frame // of the size that a camera gives, the person largest
	portrait vision.Frame // the person alone
	file     []byte       // the portrait as a JPEG
	template face.Vector  // of the portrait
}

const mostPictures = 12

// ErrNoPictures means that nobody in the folder could be enrolled.
var ErrNoPictures = errors.New("no JPEG or PNG picture with a good face")

// ReadPictures cuts frames and portraits of the largest face out of some of the
// pictures below dir. Those whose face is not good enough for a lane and for
// enrolment are left out; it fails with ErrNoPictures when none is left.
func ReadPictures(ctx context.Context, models *vision.Models, dir string) ([]Picture, error) {
	paths, err := picturePaths(dir)
	if err != nil {
		return nil, fmt.Errorf("read pictures: %w", err)
	}
	see, err := models.NewAnalyser()
	if err != nil {
		return nil, err
	}
	defer see.Close()
	var pictures []Picture
	for _, path := range paths {
		if len(pictures) == mostPictures {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, good, err := readPicture(see, path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		known := good && slices.ContainsFunc(pictures, func(q Picture) bool { return face.Compare(p.template, q.template) >= floor })
		if good && !known { // the gallery holds a person once
			pictures = append(pictures, p)
		}
	}
	if len(pictures) == 0 {
		return nil, fmt.Errorf("read pictures in %s: %w", dir, ErrNoPictures)
	}
	return pictures, nil
}

// picturePaths lists what is below dir, in the same order of chance each time.
func picturePaths(dir string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(path))) {
			paths = append(paths, path)
		}
		return err
	})
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths, err
}

func readPicture(see *vision.Analyser, path string) (p Picture, good bool, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return p, false, err
	}
	whole, err := vision.DecodePhoto(data)
	if err != nil {
		return p, false, nil // a folder of photos may hold a bad one
	}
	faces, err := see.Search(whole)
	if err != nil || len(faces) == 0 {
		return p, false, err
	}
	p.frame, p.portrait = cut(whole, frameOf(whole, faces[0].Box)), cut(whole, portraitOf(faces[0].Box))
	if good, err = fitForLane(see, p.frame); !good || err != nil {
		return p, false, err
	}
	if p.file, err = encode(p.portrait); err != nil {
		return p, false, err
	}
	enrolled, err := see.Enrol(p.portrait)
	if rejected := new(vision.Rejection); errors.As(err, &rejected) {
		return p, false, nil
	}
	p.template = enrolled.Template
	return p, true, err
}

func fitForLane(see *vision.Analyser, frame vision.Frame) (bool, error) {
	faces, err := see.Detect(frame)
	if err != nil || len(faces) == 0 {
		return false, err
	}
	m, err := see.Measure(frame, faces[0])
	return err == nil && len(m.Reasons(vision.ForLane)) == 0, err
}
