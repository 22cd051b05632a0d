// Package journal is a gate's own durable memory: the record of what it
// decided and saw, which is also the outbox towards the control server, and the
// claims that its lanes share. It holds no biometrics.
//
// A record that Append has accepted is on the disk, survives a power cut, and
// is kept until it has been sent and its event is over.
package journal

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

//go:embed schema.sql
var schema string

// Config bounds a journal. A zero field takes its default.
type Config struct {
	// MaxUnsent is how many records may wait for the bus before admissions are
	// refused with ErrFull. The default, 200,000, is a full stadium on one gate
	// and about 150 MB.
	MaxUnsent int
	// ClaimExpiry is how long an unconfirmed claim keeps others out. The
	// default, two minutes, is far longer than a person needs for a turnstile.
	ClaimExpiry time.Duration
}

// Journal is an open journal. Its methods may be called by several goroutines.
type Journal struct {
	db      *sql.DB
	config  Config
	writes  chan write
	closing chan struct{}
	stopped chan struct{}
	close   sync.Once
	unsent  atomic.Int64
}

// Open opens the journal at path, or makes it, readable by its owner only. It
// fails with ErrInUse, ErrCorrupt or ErrReadOnly where that is the cause; a
// damaged journal is left as it is, for somebody to look at.
func Open(path string, c Config) (*Journal, error) {
	if c.MaxUnsent <= 0 {
		c.MaxUnsent = 200_000
	}
	if c.ClaimExpiry <= 0 {
		c.ClaimExpiry = 2 * time.Minute
	}
	if err := ownerOnly(path); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	db, err := sql.Open("sqlite3", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	// One connection: it holds the lock that keeps a second agent out.
	db.SetMaxOpenConns(1)
	j := &Journal{
		db:      db,
		config:  c,
		writes:  make(chan write, 64),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	if err := j.prepare(); err != nil {
		db.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, typed(err))
	}
	go j.writeLoop()
	return j, nil
}

// ownerOnly makes the file before SQLite does, whose own mode is 0644; the
// write-ahead log takes its mode from this file.
func ownerOnly(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		if os.IsPermission(err) {
			return fmt.Errorf("%w: %w", ErrReadOnly, err)
		}
		return err
	}
	defer f.Close()
	return f.Chmod(0o600)
}

func dsn(path string) string {
	q := url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"}, // in WAL mode only FULL survives a power cut
		"_locking_mode": {"EXCLUSIVE"},
		"_busy_timeout": {"2000"}, // a predecessor may still be closing
		"_txlock":       {"immediate"},
	}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String()
}

func (j *Journal) prepare() error {
	var verdict string
	if err := j.db.QueryRow(`PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, verdict)
	}
	if _, err := j.db.Exec(schema); err != nil {
		return err
	}
	var n int64
	if err := j.db.QueryRow(`SELECT count(*) FROM record WHERE sent = 0`).Scan(&n); err != nil {
		return err
	}
	j.unsent.Store(n)
	return nil
}

// Close waits for the writes that were accepted and closes the file.
func (j *Journal) Close() error {
	j.close.Do(func() { close(j.closing) })
	<-j.stopped
	return j.db.Close()
}

// Pending is how many records wait for the bus.
func (j *Journal) Pending() int { return int(j.unsent.Load()) }

// Fill is Pending as a share of MaxUnsent; it can pass 1 a little, by the
// passages of those who were admitted last.
func (j *Journal) Fill() float64 {
	return float64(j.unsent.Load()) / float64(j.config.MaxUnsent)
}

// Prune drops what belongs to any event but keep: claims at once, records as
// soon as they have been sent. Call it when the control server has said which
// event this gate serves; with an empty keep it serves none.
func (j *Journal) Prune(ctx context.Context, keep checkin.EventID) error {
	err := j.write(ctx, func(tx *sql.Tx) (int64, error) {
		_, err := tx.Exec(`INSERT INTO kept (one, event) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET event = ?1`, string(keep))
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM claim WHERE event <> ?`, string(keep)); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM settlement WHERE event <> ?`, string(keep)); err != nil {
			return 0, err
		}
		_, err = tx.Exec(dropSent)
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("prune journal: %w", err)
	}
	return nil
}

const dropSent = `DELETE FROM record WHERE sent = 1 AND event <> (SELECT event FROM kept)`

// eventOf says whose record it is; a receipt names its event inside its body.
func eventOf(r wire.Record) checkin.EventID {
	switch {
	case r.Admission != nil:
		return r.Admission.Event
	case r.Passage != nil:
		return r.Passage.Event
	case r.Receipt != nil:
		if receipt, err := wire.Decode[checkin.Receipt](r.Receipt.Body); err == nil {
			return receipt.Event
		}
	}
	return ""
}
