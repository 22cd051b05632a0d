package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is one transaction. It is for the function it was given to, and for one
// goroutine.
type Tx struct {
	ctx context.Context
	tx  *sql.Tx
	now time.Time
}

// Now is the transaction's time: the same however often it is asked, in UTC and
// whole microseconds, as the store keeps it.
func (tx *Tx) Now() time.Time { return tx.now }

// exec changes rows and returns how many; doing says what for.
func (tx *Tx) exec(doing, query string, args ...any) (int, error) {
	res, err := tx.tx.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return int(n), nil
}

// scan fills values from one row.
type scan func(dest ...any) error

// row reads one row. When there is none the error is missing.
func (tx *Tx) row(doing string, missing error, query string, args ...any) scan {
	row := tx.tx.QueryRowContext(tx.ctx, query, args...)
	return func(dest ...any) error {
		err := row.Scan(dest...)
		switch {
		case errors.Is(err, sql.ErrNoRows) && missing != nil:
			return missing
		case err != nil:
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	}
}

// each calls fn for every row.
func (tx *Tx) each(doing string, fn func(scan) error, query string, args ...any) error {
	rows, err := tx.tx.QueryContext(tx.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// list reads every row.
func list[T any](tx *Tx, doing string, read func(scan) (T, error), query string, args ...any) ([]T, error) {
	all := []T{} // an empty list, not null, for whoever writes it as JSON
	err := tx.each(doing, func(s scan) error {
		v, err := read(s)
		all = append(all, v)
		return err
	}, query, args...)
	return all, err
}
