package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/openstile/stile/migrations"
	"github.com/openstile/stile/shared/checkin"
)

func TestOpenKeepsWhatWasStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder with ? and % in it.db")
	for run := range 2 {
		db, err := Open(path, time.Now)
		must(t, err)
		if run == 0 {
			update(t, db, func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key-1") })
		}
		view(t, db, func(tx *Tx) error {
			_, err := tx.Event("gala")
			return err
		})
		must(t, db.Close())
	}
	info, err := os.Stat(path)
	must(t, err)
	equal(t, "permissions", info.Mode().Perm(), 0o600)
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the write-ahead log is left behind: %v", err)
	}
}

func TestOpenRefusesNewerDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stile.db")
	db, err := Open(path, time.Now)
	must(t, err)
	_, err = db.writer.Exec("PRAGMA user_version = 9999")
	must(t, err)
	must(t, db.Close())
	if _, err = Open(path, time.Now); !errors.Is(err, migrations.ErrNewer) {
		t.Errorf("got %v, want migrations.ErrNewer", err)
	}
}

func TestOpenRefusesForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stile.db")
	must(t, os.WriteFile(path, []byte("this is a diary, and has been one for many a year; it is no database"), 0o600))
	if _, err := Open(path, time.Now); err == nil {
		t.Error("a file that is no database was opened")
	}
}

func TestPragmas(t *testing.T) {
	db, _ := open(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
	} {
		var writer, reader string
		must(t, db.writer.QueryRow("PRAGMA "+pragma).Scan(&writer))
		must(t, db.reader.QueryRow("PRAGMA "+pragma).Scan(&reader))
		equal(t, "writer's "+pragma, writer, want)
		equal(t, "reader's "+pragma, reader, want)
	}
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	db, _ := open(t)
	failure := errors.New("half way")
	err := db.Update(t.Context(), func(tx *Tx) error {
		must(t, tx.CreateEvent(event("gala"), "key-1"))
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v, want the function's own error", err)
	}
	refuse(t, db, checkin.CodeNotFound, `event "gala" is unknown`, func(tx *Tx) error {
		_, err := tx.Event("gala")
		return err
	})
}

func TestViewCannotWrite(t *testing.T) {
	db, _ := open(t)
	err := db.View(t.Context(), func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key-1") })
	if err == nil {
		t.Error("a read transaction wrote")
	}
}

func TestOneClockPerTransaction(t *testing.T) {
	db, clock := open(t)
	clock.advance(1500 * time.Nanosecond)
	update(t, db, func(tx *Tx) error {
		clock.advance(time.Hour)
		equal(t, "now", tx.Now(), start.Add(time.Microsecond))
		return nil
	})
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	db, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Update(ctx, func(tx *Tx) error {
		cancel()
		return tx.CreateEvent(event("gala"), "key-1")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	update(t, db, func(tx *Tx) error { return tx.CreateEvent(event("gala"), "key-1") })
}
