package journal

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// What an operator can act on. Errors of this package wrap one of these where
// it is the cause.
var (
	ErrFull     = errors.New("the journal is full: too many records wait for the control server")
	ErrDiskFull = errors.New("the disk is full")
	ErrReadOnly = errors.New("the journal cannot be written: check the owner and mode of its file and folder, and the mount")
	ErrCorrupt  = errors.New("the journal is damaged: move it aside and keep it, it may hold records that were never sent")
	ErrInUse    = errors.New("the journal is in use by another process")
	ErrClosed   = errors.New("the journal is closed")
)

// typed adds the sentinel that SQLite's result code stands for.
func typed(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	var cause error
	switch e.Code {
	case sqlite3.ErrFull:
		cause = ErrDiskFull
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		cause = ErrReadOnly
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		cause = ErrCorrupt
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		cause = ErrInUse
	default:
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}
