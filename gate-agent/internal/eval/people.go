package eval

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Person is one folder of photos.
type Person struct {
	Name   string
	Group  string // "" without groups.csv
	Photos []string
}

var extensions = []string{".jpg", ".jpeg", ".png"}

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
		photos, err := os.ReadDir(folder)
		if err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		p := Person{Name: entry.Name(), Group: groups[entry.Name()]}
		for _, photo := range photos {
			if slices.Contains(extensions, strings.ToLower(filepath.Ext(photo.Name()))) {
				p.Photos = append(p.Photos, filepath.Join(folder, photo.Name()))
			}
		}
		if len(p.Photos) > 0 {
			people = append(people, p)
		}
		delete(groups, p.Name)
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("read people: %s has no folder with JPEG or PNG photos", dir)
	}
	for name := range groups {
		return nil, fmt.Errorf("groups.csv: person %q has no folder in %s", name, dir)
	}
	return people, nil
}

func readGroups(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = 2
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s (want person,group): %w", path, err)
	}
	groups := make(map[string]string)
	for i, row := range rows {
		if i == 0 && row[0] == "person" && row[1] == "group" {
			continue
		}
		groups[row[0]] = row[1]
	}
	return groups, nil
}
