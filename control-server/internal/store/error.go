package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"github.com/openstile/stile/shared/checkin"
)

// What a disk can do to the store. Each is a checkin.Error of CodeUnavailable;
// nothing was stored.
var (
	ErrFull     error = checkin.Errorf(checkin.CodeUnavailable, "the disk with the data folder is full: nothing can be stored until there is room")
	ErrReadOnly error = checkin.Errorf(checkin.CodeUnavailable, "the data folder cannot be written: check its permissions and its disk")
)

var (
	errDisk error = checkin.Errorf(checkin.CodeUnavailable, "the disk with the data folder fails to read or write")
	errBusy error = checkin.Errorf(checkin.CodeUnavailable, "the database is in use by another program")
)

// classify puts the meaning that an edge can show in front of a failure of the
// disk. Anything else passes unchanged.
func classify(err error) error {
	meaning := meaningOf(err)
	if meaning == nil || errors.Is(err, meaning) {
		return err
	}
	return fmt.Errorf("%w: %w", meaning, err)
}

func meaningOf(err error) error {
	var failure sqlite3.Error
	if errors.As(err, &failure) {
		switch failure.Code {
		case sqlite3.ErrFull:
			return ErrFull
		case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
			return ErrReadOnly
		case sqlite3.ErrIoErr:
			return errDisk
		case sqlite3.ErrBusy:
			return errBusy
		}
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}

func notFound[T ~string](noun string, id T) error {
	return checkin.Errorf(checkin.CodeNotFound, "%s %q is unknown", noun, string(id))
}

func conflict(field, format string, args ...any) error {
	e := checkin.Errorf(checkin.CodeConflict, format, args...)
	e.Field = field
	return e
}

// breach replaces the failure of a uniqueness or of a reference with what it
// means for the caller.
func breach(err error, taken, missing error) error {
	var failure sqlite3.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey:
		if taken != nil {
			return taken
		}
	case sqlite3.ErrConstraintForeignKey:
		if missing != nil {
			return missing
		}
	}
	return err
}
