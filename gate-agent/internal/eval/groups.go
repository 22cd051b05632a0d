package eval

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// readGroups reads a file of person,group; nil where there is none.
func readGroups(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	groups, err := parseGroups(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return groups, nil
}

// parseGroups reads what a spreadsheet saves: with or without a heading, a byte
// order mark, and blanks around the values.
func parseGroups(data []byte) (map[string]string, error) {
	const mark = "\ufeff"
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte(mark))))
	r.FieldsPerRecord = 2
	groups := make(map[string]string)
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return groups, nil
		}
		if err != nil {
			return nil, fmt.Errorf("want person,group: %w", err)
		}
		line, _ := r.FieldPos(0)
		person, group := strings.TrimSpace(row[0]), strings.TrimSpace(row[1])
		switch _, known := groups[person]; {
		case first && strings.EqualFold(person, "person") && strings.EqualFold(group, "group"):
		case person == "" || group == "":
			return nil, fmt.Errorf("line %d: person is %q and group %q: neither may be empty", line, person, group)
		case known:
			return nil, fmt.Errorf("line %d: person %q stands here twice", line, person)
		default:
			groups[person] = group
		}
	}
}
