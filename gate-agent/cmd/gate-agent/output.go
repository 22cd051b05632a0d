package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// output is a file that appears under its name only once it is whole. One
// without a name is nowhere, and takes nothing.
type output struct {
	path string
	file *os.File
}

// create makes sure that path can be written, before work is put into what goes
// there.
func create(path string) (*output, error) {
	if path == "" {
		return &output{}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("write %s: it is no regular file", path)
	}
	file, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &output{path, file}, nil
}

// write fills the file and gives it its name.
func (o *output) write(content func(io.Writer) error) error {
	if o.file == nil {
		return nil
	}
	err := errors.Join(content(o.file), o.file.Sync(), o.file.Close())
	if err == nil {
		err = os.Rename(o.file.Name(), o.path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", o.path, err)
	}
	return nil
}

// discard removes what was not finished.
func (o *output) discard() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}
