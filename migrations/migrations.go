// Package migrations holds the control server's database schema as numbered SQL
// files and brings a database up to date with them. A file that was released is
// never edited: a change is a new file.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed *.sql
var files embed.FS

// ErrNewer means that a newer program has changed the database: this one does
// not know its schema and leaves it alone.
var ErrNewer = errors.New("the database was written by a newer version of this program")

// Apply brings a SQLite database up to date. Each file is one transaction, so
// that a failure leaves the schema at a whole version; PRAGMA user_version says
// which.
func Apply(ctx context.Context, db *sql.DB) error {
	return apply(ctx, db, files)
}

func apply(ctx context.Context, db *sql.DB, fsys fs.FS) error {
	list, err := load(fsys)
	if err != nil {
		return err
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if version > len(list) {
		return fmt.Errorf("%w: its schema is %d, ours is %d", ErrNewer, version, len(list))
	}
	for _, m := range list[version:] {
		if err := m.apply(ctx, db); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

func (m migration) apply(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", m.version)); err != nil {
		return err
	}
	return tx.Commit()
}
