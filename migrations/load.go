package migrations

import (
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
)

type migration struct {
	version int
	name    string
	sql     string
}

var namePattern = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

// load reads the files in order. Numbers start at 1 and leave no gap, so that a
// version is simply how many files were applied.
func load(fsys fs.FS) ([]migration, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var list []migration
	for i, name := range names { // Glob sorts
		parts := namePattern.FindStringSubmatch(name)
		if parts == nil {
			return nil, fmt.Errorf("migration %q is not named NNNN_name.sql", name)
		}
		version, err := strconv.Atoi(parts[1])
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %q should have the number %04d", name, i+1)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		list = append(list, migration{version, name, string(text)})
	}
	return list, nil
}
