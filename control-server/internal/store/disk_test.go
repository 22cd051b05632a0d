package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "stile.db")
	refused := func(when string) {
		t.Helper()
		_, err := Open(path, time.Now)
		if !errors.Is(err, ErrReadOnly) || checkin.ErrorCode(err) != checkin.CodeUnavailable {
			t.Errorf("%s: got %v, want ErrReadOnly", when, err)
		}
	}
	t.Cleanup(func() { must(t, os.Chmod(folder, 0o700)) }) // or it could not be removed
	must(t, os.Chmod(folder, 0o500))
	refused("without a database")
	must(t, os.Chmod(folder, 0o700))
	db, err := Open(path, time.Now)
	must(t, err)
	must(t, db.Close())
	must(t, os.Chmod(folder, 0o500))
	refused("with a database")
	must(t, os.Chmod(path, 0o400))
	refused("with a read-only database")
}

func TestReadOnlyDatabase(t *testing.T) {
	db, _ := open(t)
	setPragma(t, db, "query_only = 1")
	err := db.Update(t.Context(), func(tx *Tx) error { return tx.Audit("system", "test", "x") })
	if !errors.Is(err, ErrReadOnly) || checkin.ErrorCode(err) != checkin.CodeUnavailable {
		t.Errorf("got %v, want ErrReadOnly", err)
	}
	setPragma(t, db, "query_only = 0")
	update(t, db, func(tx *Tx) error { return tx.Audit("system", "test", "x") })
}

func TestFullDisk(t *testing.T) {
	db, _ := open(t)
	withHolders(t, db, 1)
	setPragma(t, db, "max_page_count = 1") // no page more than there is
	err := db.Update(t.Context(), func(tx *Tx) error {
		return tx.PutEnrolment(enrolment(1), bytes.Repeat([]byte("x"), 1<<20))
	})
	if !errors.Is(err, ErrFull) || checkin.ErrorCode(err) != checkin.CodeUnavailable {
		t.Errorf("got %v, want ErrFull", err)
	}
	setPragma(t, db, "max_page_count = 1000000")
	update(t, db, func(tx *Tx) error { return tx.PutEnrolment(enrolment(1), []byte("x")) })
}

func setPragma(t *testing.T, db *DB, pragma string) {
	t.Helper()
	_, err := db.writer.Exec("PRAGMA " + pragma)
	must(t, err)
}

// A template that was wiped is in none of the database's files: not in a freed
// page, and not in the write-ahead log.
func TestWipedTemplatesLeaveNoBytes(t *testing.T) {
	const n = 50
	template := func(i int) []byte { // large enough to need pages of its own
		return bytes.Repeat([]byte{'T', 'P', 'L', byte(i), 0xA5, 0x5A, byte(i), '!'}, 1024)
	}
	mark := func(i int) []byte { return template(i)[:64] }

	folder := t.TempDir()
	path := filepath.Join(folder, "stile.db")
	db, err := Open(path, func() time.Time { return start })
	must(t, err)
	withHolders(t, db, n)
	for i := 1; i <= n; i++ {
		sealed := template(i)
		if i%2 == 0 {
			sealed = sealed[:200] // small enough to share a page
		}
		update(t, db, func(tx *Tx) error { return tx.PutEnrolment(enrolment(i), sealed) })
	}
	must(t, db.Checkpoint(t.Context()))
	for i := 1; i <= n; i++ {
		if !anyFileHolds(t, folder, mark(i)) {
			t.Fatalf("template %d is not in the files before it is wiped", i)
		}
	}
	for i := 1; i <= n/2; i++ {
		update(t, db, func(tx *Tx) error {
			return tx.EndEnrolment(enrolment(i).ID, checkin.EnrolmentWithdrawn, tx.Now())
		})
	}
	update(t, db, func(tx *Tx) error {
		wiped, err := tx.PurgeTemplates("gala", tx.Now())
		equal(t, "wiped", wiped, n/2)
		return err
	})
	none := func(when string) {
		t.Helper()
		for i := 1; i <= n; i++ {
			if anyFileHolds(t, folder, mark(i)) {
				t.Errorf("template %d is still in the files %s", i, when)
			}
		}
	}
	must(t, db.Checkpoint(t.Context()))
	none("after the checkpoint")
	must(t, db.Close())
	none("after close")
}

func anyFileHolds(t *testing.T, folder string, mark []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		if bytes.Contains(data, mark) {
			return true
		}
	}
	return false
}
