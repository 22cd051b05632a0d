// Package store is the control server's memory and the only place with its SQL:
// one SQLite database, one transaction type, one file per noun.
//
// Records are stored as given: a caller that needs the time takes it from
// Tx.Now. What is not there is a checkin.Error of CodeNotFound, what breaks a
// uniqueness is one of CodeConflict, and a disk that is full or read-only is one
// of CodeUnavailable.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver
	"github.com/openstile/stile/migrations"
)

// Readers see the last committed state while the one writer works, so a few are
// enough for every page and API call of a venue.
const readers = 4

// DB is the database. It is safe for concurrent use.
type DB struct {
	writer *sql.DB
	reader *sql.DB
	now    func() time.Time
}

// Open opens the database file, creates it when absent (readable by its owner
// only) and brings its schema up to date. now is the clock of every transaction.
// A database that a newer program has changed is migrations.ErrNewer.
func Open(path string, now func() time.Time) (_ *DB, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", classify(err))
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}

	db := &DB{now: now}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open database %s: %w", path, classify(err)), db.close())
		}
	}()
	if db.writer, err = sql.Open("sqlite3", dsn(path, "_txlock", "immediate")); err != nil {
		return nil, err
	}
	db.writer.SetMaxOpenConns(1)
	if err := migrations.Apply(context.Background(), db.writer); err != nil {
		return nil, err
	}
	if db.reader, err = sql.Open("sqlite3", dsn(path, "_query_only", "true")); err != nil {
		return nil, err
	}
	db.reader.SetMaxOpenConns(readers)
	return db, nil
}

// dsn names the file with the pragmas that every connection needs; key and
// value are one more.
func dsn(path, key, value string) string {
	pragmas := url.Values{
		"_journal_mode":  {"WAL"},
		"_synchronous":   {"FULL"}, // a committed record survives a power cut
		"_foreign_keys":  {"true"},
		"_busy_timeout":  {"5000"}, // ms: another process, such as a backup, may hold the lock
		"_secure_delete": {"true"}, // what is deleted is overwritten with zeros
		key:              {value},
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: pragmas.Encode()}).String()
}

// Update runs fn in a write transaction, which commits when fn returns nil.
// There is one writer: fn must not call Update itself.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	return db.run(ctx, db.writer, fn, (*sql.Tx).Commit)
}

// View runs fn in a read transaction: everything that fn reads is of one
// moment.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return db.run(ctx, db.reader, fn, (*sql.Tx).Rollback)
}

func (db *DB) run(ctx context.Context, pool *sql.DB, fn func(*Tx) error, end func(*sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", classify(err))
	}
	defer tx.Rollback() //nolint:errcheck // after end it has nothing to do
	now := db.now().UTC().Truncate(time.Microsecond)
	if err := fn(&Tx{ctx: ctx, tx: tx, now: now}); err != nil {
		return classify(err)
	}
	if err := end(tx); err != nil {
		return fmt.Errorf("end transaction: %w", classify(err))
	}
	return nil
}

// Checkpoint moves everything into the database file and empties the
// write-ahead log, where overwritten rows would otherwise linger. It waits up to
// five seconds for readers and is then CodeUnavailable.
func (db *DB) Checkpoint(ctx context.Context) error {
	var busy, frames, moved int
	row := db.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("checkpoint: %w", classify(err))
	}
	if busy != 0 {
		return fmt.Errorf("checkpoint: %w", errBusy)
	}
	return nil
}

// Close waits for a running Update, checkpoints and closes the file. No View may
// be running.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.Checkpoint(context.Background()), db.writer.Close())
}

func (db *DB) close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.reader, db.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}
