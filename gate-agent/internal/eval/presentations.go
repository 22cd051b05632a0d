package eval

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// bonaFide is the folder of presentations that are no attack.
const bonaFide = "bona-fide"

// Species is one folder of presentations: bona fide ones, or attacks with one
// kind of instrument.
type Species struct {
	Name          string
	Presentations []Presentation
}

// Presentation is one showing to the camera: a photo, or the frames of a track.
type Presentation []string

// ReadSpecies lists what is in dir: bona-fide first, then a folder per attack
// species. In each a photo is a presentation, and so is a folder of frames.
func ReadSpecies(dir string) ([]Species, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read presentations: %w", err)
	}
	var all []Species
	for _, entry := range entries {
		folder := filepath.Join(dir, entry.Name())
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		s, err := readSpecies(folder)
		if err != nil {
			return nil, fmt.Errorf("read presentations: %w", err)
		}
		if len(s.Presentations) > 0 {
			all = append(all, s)
		}
	}
	genuine := slices.IndexFunc(all, func(s Species) bool { return s.Name == bonaFide })
	if genuine < 0 {
		return nil, fmt.Errorf("read presentations: %s has no folder %s with photos", dir, bonaFide)
	}
	if len(all) < 2 {
		return nil, fmt.Errorf("read presentations: %s has photos in %s only: want a folder for each attack species", dir, bonaFide)
	}
	first := all[genuine]
	return slices.Insert(slices.Delete(all, genuine, genuine+1), 0, first), nil
}

func readSpecies(folder string) (Species, error) {
	s := Species{Name: filepath.Base(folder)}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return s, err
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		frames := Presentation{path}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if frames, err = photosIn(path); err != nil {
				return s, err
			}
		} else if !isPhoto(path) {
			continue
		}
		if len(frames) > 0 {
			s.Presentations = append(s.Presentations, frames)
		}
	}
	return s, nil
}
