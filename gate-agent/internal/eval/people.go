package eval

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Person is one folder of photos.
type Person struct {
	Name   string
	Group  string // "" without groups.csv
	Photos []string
}

// ReadPeople lists the people in dir, a folder each, in the order of their
// names, and their photos in the order of theirs. A file groups.csv in dir
// (person,group) says which group each belongs to.
func ReadPeople(dir string) ([]Person, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	groups, err := readGroups(filepath.Join(dir, "groups.csv"))
	if err != nil {
		return nil, err
	}
	var people []Person
	for _, entry := range entries {
		folder := filepath.Join(dir, entry.Name())
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		photos, err := photosIn(folder)
		if err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		p := Person{Name: entry.Name(), Group: groups[entry.Name()], Photos: photos}
		if len(p.Photos) > 0 {
			people = append(people, p)
		}
		delete(groups, p.Name)
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("read people: %s has no folder with JPEG or PNG photos", dir)
	}
	if nobody := slices.Sorted(maps.Keys(groups)); len(nobody) > 0 {
		return nil, fmt.Errorf("groups.csv: person %q has no folder in %s (one of %d without)", nobody[0], dir, len(nobody))
	}
	return people, nil
}

// enrols reports whether a reference is made of the person's first photos.
func (p Person) enrols(photos int) bool { return len(p.Photos) > photos }
