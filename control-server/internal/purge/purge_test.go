package purge

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// around is what a Purger acts on besides the store and the vault.
type around struct {
	mu     sync.Mutex
	fail   error
	closed []checkin.EventID
	told   []checkin.GateID
}

func (a *around) Close(_ context.Context, event checkin.EventID) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fail == nil {
		a.closed = append(a.closed, event)
	}
	return a.fail
}

func (a *around) Tell(_ context.Context, gate checkin.GateID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, gate)
}

const (
	gala     = checkin.EventID("gala")
	template = "the sealed template of holder-1"
)

type hall struct {
	*Purger
	out   around
	t     *testing.T
	dir   string
	vault *seal.Vault
	mu    sync.Mutex
	time  time.Time
}

func (h *hall) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

// open makes an event with one template, whose key two gates were given.
func open(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, dir: t.TempDir(), time: time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)}
	db, err := store.Open(filepath.Join(h.dir, "stile.db"), h.clock)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	h.vault, err = seal.OpenVault(filepath.Join(h.dir, "keys"))
	must(t, err)
	key, err := h.vault.Create(gala)
	must(t, err)
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		must(t, tx.CreateEvent(checkin.Event{ID: gala, Name: "G", Doors: now, Starts: now, Ends: now.Add(time.Hour), Policy: checkin.DefaultPolicy}, key.ID()))
		_, err := tx.PutHolder(checkin.Holder{ID: "holder-1", Event: gala, PlatformID: "p", Created: now})
		must(t, err)
		must(t, tx.PutConsent(gala, "holder-1", checkin.Consent{TextVersion: "1", TextHash: "h", Language: "en", Channel: "c", Given: now}))
		must(t, tx.PutEnrolment(checkin.Enrolment{ID: "e-1", Event: gala, Holder: "holder-1", State: checkin.EnrolmentActive, Created: now}, []byte(template)))
		for _, gate := range []checkin.GateID{"north", "south", "idle"} {
			must(t, tx.PutGate(checkin.Gate{ID: gate, Name: string(gate), Created: now}))
		}
		return errors.Join(tx.DeliverKey(gala, "north"), tx.DeliverKey(gala, "south"))
	}))
	h.Purger = h.restart(db)
	return h
}

func (h *hall) restart(db *store.DB) *Purger {
	return New(db, h.vault, &h.out, &h.out, h.clock, slog.New(slog.DiscardHandler))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hall) receipt(gate checkin.GateID, id string, left int) {
	h.t.Helper()
	must(h.t, h.db.Update(h.t.Context(), func(tx *store.Tx) error {
		_, err := tx.SaveReceipt(wire.Record{Receipt: &wire.SignedReceipt{Body: []byte("b"), Signature: []byte("s")}},
			checkin.Receipt{ID: id, Kind: checkin.ReceiptPurge, Event: gala, Gate: gate, Left: left, At: tx.Now()})
		return err
	}))
}

func (h *hall) report() Report {
	h.t.Helper()
	r, err := h.Report(h.t.Context(), gala)
	must(h.t, err)
	return r
}

// holding returns the files below the data folder that hold text.
func (h *hall) holding(text string) (files []string) {
	h.t.Helper()
	must(h.t, filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), text) {
			files = append(files, path)
		}
		return err
	}))
	return files
}

func TestCloseDestroysEverything(t *testing.T) {
	h := open(t)
	if len(h.holding(template)) == 0 {
		t.Fatal("the test does not see the template where it is")
	}
	key, err := os.ReadFile(filepath.Join(h.dir, "keys", "event-gala.key"))
	must(t, err)
	for range 2 { // closing twice is no error
		must(t, h.Close(t.Context(), gala, "test"))
	}
	if _, err := h.vault.Load(gala); !errors.Is(err, seal.ErrKeyDestroyed) {
		t.Errorf("the key loads: %v", err)
	}
	if files := h.holding(string(key)); len(files) > 0 {
		t.Errorf("the sealed key is in %v", files)
	}
	if files := h.holding(template); len(files) > 0 {
		t.Errorf("the template is in %v", files)
	}
	if !slices.Contains(h.out.closed, gala) || !slices.Contains(h.out.told, "north") || !slices.Contains(h.out.told, "south") || slices.Contains(h.out.told, "idle") {
		t.Errorf("closed %v, told %v", h.out.closed, h.out.told)
	}
	if err := h.Close(t.Context(), "ball", "test"); checkin.ErrorCode(err) != checkin.CodeNotFound {
		t.Errorf("unknown event: %v", err)
	}
}

func TestReportNamesTheSilent(t *testing.T) {
	h := open(t)
	if r := h.report(); r.TemplatesLeft != 1 || !r.Closed.IsZero() {
		t.Errorf("before: %+v", r)
	}
	must(t, h.Close(t.Context(), gala, "test"))
	h.receipt("north", "r-1", 3)
	h.receipt("idle", "r-2", 9) // never had the key: its word counts for nothing
	r := h.report()
	if !slices.Equal(r.Silent, []checkin.GateID{"south"}) || len(r.Receipts) != 1 || r.TemplatesLeft != 3 {
		t.Errorf("after one receipt: %+v", r)
	}
	h.receipt("north", "r-3", 0) // it tried again
	must(t, h.check(t.Context()))
	if !h.report().Purged.IsZero() {
		t.Error("complete although a gate is silent")
	}
	h.receipt("south", "r-4", 0)
	must(t, h.check(t.Context()))
	if r := h.report(); r.Purged.IsZero() || len(r.Silent) > 0 || r.TemplatesLeft != 0 || len(r.Receipts) != 2 {
		t.Errorf("at the end: %+v", r)
	}
}

func TestAnInterruptedPurgeContinues(t *testing.T) {
	for name, again := range map[string]func(*hall){
		"in the same process": func(*hall) {},
		"after a restart":     func(h *hall) { h.Purger = h.restart(h.db) },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.out.fail = errors.New("no bus")
			if err := h.Close(t.Context(), gala, "test"); err == nil {
				t.Fatal("closed without a bus")
			}
			h.receipt("north", "r-1", 0)
			h.receipt("south", "r-2", 0)
			again(h)
			if err := h.check(t.Context()); err == nil || !h.report().Purged.IsZero() {
				t.Errorf("taken for done although the stream is still there: %v", err)
			}
			h.out.fail = nil
			must(t, h.check(t.Context()))
			must(t, h.check(t.Context()))
			if len(h.out.closed) != 1 || h.report().Purged.IsZero() {
				t.Errorf("closed %v, %+v", h.out.closed, h.report())
			}
		})
	}
}

func TestAnEventClosesByItself(t *testing.T) {
	h := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.Run(ctx) }()
	must(t, h.check(t.Context()))
	if !h.report().Closed.IsZero() {
		t.Error("closed before its time")
	}
	h.mu.Lock()
	h.time = h.time.Add(time.Hour + Grace + time.Second)
	h.mu.Unlock()
	for deadline := time.Now().Add(20 * time.Second); h.report().TemplatesLeft > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not closed")
		}
	}
	cancel()
	must(t, <-done)
}
