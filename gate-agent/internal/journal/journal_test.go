package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

var start = time.Date(2031, 5, 1, 18, 0, 0, 0, time.UTC)

func open(t *testing.T, path string, c Config) *Journal {
	t.Helper()
	j, err := Open(path, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func journalPath(t *testing.T) string { return filepath.Join(t.TempDir(), "journal.db") }

func admission(event checkin.EventID) wire.Record {
	id := wire.NewID[string]()
	return wire.Record{ID: id, Kind: wire.RecordAdmission, Gate: "north", At: start, Admission: &checkin.Admission{
		ID: checkin.AdmissionID(id), Event: event, Gate: "north", Lane: "north-1", At: start,
		Means: checkin.MeansTicket, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted,
	}}
}

func passage(event checkin.EventID) wire.Record {
	id := wire.NewID[string]()
	return wire.Record{ID: id, Kind: wire.RecordPassage, Gate: "north", At: start, Passage: &checkin.Passage{
		ID: checkin.PassageID(id), Event: event, Gate: "north", Lane: "north-1", At: start, Outcome: checkin.PassageCompleted,
	}}
}

func receipt(event checkin.EventID) wire.Record {
	return wire.Record{ID: wire.NewID[string](), Kind: wire.RecordReceipt, Gate: "north", At: start, Receipt: &wire.SignedReceipt{
		Body: wire.Encode(checkin.Receipt{ID: "r", Kind: checkin.ReceiptPurge, Event: event, Gate: "north"}), Signature: []byte("s"),
	}}
}

func unsentIDs(t *testing.T, j *Journal) []string {
	t.Helper()
	records, err := j.Unsent(t.Context(), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return ids
}

func mustAppend(t *testing.T, j *Journal, records ...wire.Record) {
	t.Helper()
	for _, r := range records {
		if err := j.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOutboxKeepsOrderAndOutlivesTheProcess(t *testing.T) {
	path := journalPath(t)
	j := open(t, path, Config{})
	a, p, r := admission("gala"), passage("gala"), receipt("gala")
	mustAppend(t, j, a, p, a, r) // a twice: kept once
	if err := j.MarkSent(t.Context(), a.ID, "never-seen"); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = open(t, path, Config{})
	if got, want := fmt.Sprint(unsentIDs(t, j)), fmt.Sprint([]string{p.ID, r.ID}); got != want {
		t.Errorf("unsent after reopening: %s, want %s", got, want)
	}
	if j.Pending() != 2 {
		t.Errorf("Pending() = %d, want 2", j.Pending())
	}
	got, err := j.Unsent(t.Context(), 1)
	if err != nil || len(got) != 1 || string(wire.Encode(got[0])) != string(wire.Encode(p)) {
		t.Errorf("Unsent(1) = %+v, %v, want the passage as it was appended", got, err)
	}
}

// TestKilled appends in a child process, kills it without warning, and expects
// every record that the child was told is kept.
func TestKilled(t *testing.T) {
	const pathVar = "JOURNAL_TEST_PATH"
	if path := os.Getenv(pathVar); path != "" {
		j := open(t, path, Config{})
		for {
			r := admission("gala")
			mustAppend(t, j, r)
			fmt.Println("kept", r.ID)
		}
	}
	path := journalPath(t)
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), pathVar+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var kept []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "kept "); ok {
			kept = append(kept, id)
		}
		if len(kept) == 100 {
			child.Process.Kill()
		}
	}
	child.Wait()
	if len(kept) < 100 {
		t.Fatalf("the child kept %d records", len(kept))
	}
	got := map[string]bool{}
	for _, id := range unsentIDs(t, open(t, path, Config{})) {
		got[id] = true
	}
	for _, id := range kept {
		if !got[id] {
			t.Errorf("record %s was acknowledged and is gone", id)
		}
	}
}

func TestLanesAppendTogether(t *testing.T) {
	j := open(t, journalPath(t), Config{})
	const lanes, each = 8, 50
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for range each {
				r := admission("gala")
				if err := j.Append(t.Context(), r); err != nil {
					t.Error(err)
				}
				if err := j.MarkSent(t.Context(), r.ID); err != nil {
					t.Error(err)
				}
				mustAppend(t, j, passage("gala"))
			}
		})
	}
	wg.Wait()
	if got := len(unsentIDs(t, j)); got != lanes*each || j.Pending() != got {
		t.Errorf("%d unsent, Pending() = %d, want %d", got, j.Pending(), lanes*each)
	}
}

func TestFullRefusesAdmissionsFirst(t *testing.T) {
	j := open(t, journalPath(t), Config{MaxUnsent: 10})
	for range 10 {
		mustAppend(t, j, admission("gala"))
	}
	if j.Fill() != 1 {
		t.Errorf("Fill() = %v, want 1", j.Fill())
	}
	if err := j.Append(t.Context(), admission("gala")); !errors.Is(err, ErrFull) {
		t.Errorf("11th admission: %v, want ErrFull", err)
	}
	mustAppend(t, j, passage("gala")) // it has happened, so it is told
	if err := j.Append(t.Context(), passage("gala")); !errors.Is(err, ErrFull) {
		t.Errorf("12th record: %v, want ErrFull", err)
	}
	if err := j.MarkSent(t.Context(), unsentIDs(t, j)...); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, j, admission("gala"))
}

func TestPruneKeepsWhatIsStillNeeded(t *testing.T) {
	path := journalPath(t)
	j := open(t, path, Config{})
	sent, waiting, wanted := admission("gala"), receipt("gala"), admission("expo")
	mustAppend(t, j, sent, waiting, wanted)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(table string) (n int) {
		t.Helper()
		must(j.db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n))
		return n
	}
	must(j.MarkSent(t.Context(), sent.ID, wanted.ID))
	for _, event := range []checkin.EventID{"gala", "expo"} {
		_, _, err := j.Claim(t.Context(), event, "c1", wire.Claim{Admission: "a1", At: start})
		must(err)
	}
	must(j.Prune(t.Context(), "expo"))
	if r, c := count("record"), count("claim"); r != 2 || c != 1 {
		t.Errorf("after Prune: %d records, %d claims, want the unsent one, expo's and expo's claim", r, c)
	}
	must(j.Close())
	j = open(t, path, Config{}) // what is pruned is remembered
	must(j.MarkSent(t.Context(), waiting.ID))
	if r := count("record"); r != 1 {
		t.Errorf("after the last one was sent: %d records, want expo's only", r)
	}
	must(j.Prune(t.Context(), ""))
	if r, c := count("record"), count("claim"); r != 0 || c != 0 {
		t.Errorf("serving no event: %d records, %d claims left", r, c)
	}
}

func TestTypedErrors(t *testing.T) {
	t.Run("corrupt", func(t *testing.T) {
		path := journalPath(t)
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, Config{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("Open = %v, want ErrCorrupt", err)
		}
	})
	t.Run("a damaged page", func(t *testing.T) {
		path := journalPath(t)
		j := open(t, path, Config{})
		for range 200 {
			mustAppend(t, j, admission("gala"))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 20000)), 4096); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if _, err := Open(path, Config{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("Open = %v, want ErrCorrupt", err)
		}
	})
	t.Run("in use", func(t *testing.T) {
		path := journalPath(t)
		open(t, path, Config{})
		if _, err := Open(path, Config{}); !errors.Is(err, ErrInUse) {
			t.Errorf("second Open = %v, want ErrInUse", err)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		j := open(t, journalPath(t), Config{})
		if _, err := j.db.Exec(`PRAGMA query_only = 1`); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(t.Context(), admission("gala")); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Append = %v, want ErrReadOnly", err)
		}
	})
	t.Run("no such folder", func(t *testing.T) {
		if _, err := Open(filepath.Join(t.TempDir(), "none", "journal.db"), Config{}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Open = %v, want os.ErrNotExist", err)
		}
	})
	t.Run("disk full, then not", func(t *testing.T) {
		j := open(t, journalPath(t), Config{})
		setPages := func(n int) {
			t.Helper()
			if _, err := j.db.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
				t.Fatal(err)
			}
		}
		setPages(1)
		var err error
		for range 1000 {
			if err = j.Append(t.Context(), admission("gala")); err != nil {
				break
			}
		}
		if !errors.Is(err, ErrDiskFull) {
			t.Fatalf("Append = %v, want ErrDiskFull", err)
		}
		if got := len(unsentIDs(t, j)); got != j.Pending() {
			t.Errorf("Pending() = %d, the file holds %d", j.Pending(), got)
		}
		setPages(1_000_000)
		mustAppend(t, j, admission("gala"))
	})
	t.Run("closed", func(t *testing.T) {
		j := open(t, journalPath(t), Config{})
		j.Close()
		if err := j.Append(t.Context(), admission("gala")); !errors.Is(err, ErrClosed) {
			t.Errorf("Append = %v, want ErrClosed", err)
		}
	})
	t.Run("context over", func(t *testing.T) {
		j := open(t, journalPath(t), Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := j.Append(ctx, admission("gala"))
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Append = %v", err)
		}
	})
}

func TestOwnerOnly(t *testing.T) {
	path := journalPath(t)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	j := open(t, path, Config{})
	mustAppend(t, j, admission("gala"))
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f, info.Mode(), err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	j, err := Open(filepath.Join(b.TempDir(), "journal.db"), Config{MaxUnsent: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for b.Loop() {
		if err := j.Append(b.Context(), admission("gala")); err != nil {
			b.Fatal(err)
		}
	}
}
