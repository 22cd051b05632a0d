package enrol

import (
	"bytes"
	"context"
	"image"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/vision"
	"github.com/openstile/stile/shared/wire"
)

// shelf is a Gallery that keeps what it hears.
type shelf struct {
	entries map[wire.EntryRef][]byte
	changes int
}

func (s *shelf) Change(_ context.Context, _ checkin.EventID, put map[wire.EntryRef][]byte, drop []wire.EntryRef) {
	s.changes++
	for _, ref := range drop {
		delete(s.entries, ref)
	}
	maps.Copy(s.entries, put)
}

func (s *shelf) faces() (n int) {
	for ref := range s.entries {
		if ref.Kind == wire.EntryFace {
			n++
		}
	}
	return n
}

const gala checkin.EventID = "gala"

type hall struct {
	*Desk
	t     *testing.T
	dir   string
	shelf *shelf
	vault *seal.Vault
}

func open(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, dir: t.TempDir(), shelf: &shelf{entries: map[wire.EntryRef][]byte{}}}
	db, err := store.Open(filepath.Join(h.dir, "stile.db"), time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	h.vault, err = seal.OpenVault(filepath.Join(h.dir, "keys"))
	must(t, err)
	key, err := h.vault.Create(gala)
	must(t, err)
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		return tx.CreateEvent(checkin.Event{ID: gala, Name: "G", Doors: now, Starts: now, Ends: now.Add(time.Hour), Policy: checkin.DefaultPolicy}, key.ID())
	}))
	faces, err := NewFaces(models(t), 1)
	must(t, err)
	t.Cleanup(func() { must(t, faces.Close()) })
	h.Desk = New(db, h.vault, h.shelf, faces, slog.New(slog.DiscardHandler))
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// agreed is a consent given so long ago.
func agreed(ago time.Duration) *checkin.Consent {
	return &checkin.Consent{TextVersion: "1", TextHash: strings.Repeat("a", 64), Language: "en", Channel: "shop", Given: time.Now().Add(-ago)}
}

// holder is a push of one holder with one ticket.
func holder(id string, consent *checkin.Consent, photo []byte) checkin.Push {
	return checkin.Push{PlatformID: id, Tickets: []checkin.Ticket{{Secret: "ticket of " + id}}, Consent: consent, Photo: photo}
}

func (h *hall) push(p checkin.Push) checkin.HolderStatus {
	h.t.Helper()
	s, _, err := h.Push(h.t.Context(), gala, p, "test")
	must(h.t, err)
	return s
}

func (h *hall) refuse(p checkin.Push, code checkin.Code, field string) {
	h.t.Helper()
	before, changes := h.counts(), h.shelf.changes
	_, _, err := h.Push(h.t.Context(), gala, p, "test")
	if err == nil || checkin.ErrorCode(err) != code || !strings.HasPrefix(err.Error(), field+":") {
		h.t.Errorf("got %v (%s), want %s about %s", err, checkin.ErrorCode(err), code, field)
	}
	if after := h.counts(); after.Holders != before.Holders || after.Enrolled != before.Enrolled || h.shelf.changes != changes {
		h.t.Errorf("a refused push left something: %+v", after)
	}
}

func (h *hall) counts() (c checkin.Counts) {
	h.t.Helper()
	must(h.t, h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		c, err = tx.Counts(gala)
		return err
	}))
	return c
}

func TestAPhotoThatIsNotGoodEnough(t *testing.T) {
	h := open(t)
	good := portrait(t, woman, 1)
	for name, tt := range map[string]struct {
		photo []byte
		want  string
	}{
		"no face":     {encoded(t, wall()), "no_face"},
		"two faces":   {sample(t, "sample1.jpg"), "several_faces"},
		"blurred":     {encoded(t, blurred(good, 12)), "blurred"},
		"tiny":        {encoded(t, shrunk(good, 4)), "too_small"},
		"turned away": {encoded(t, portrait(t, profile, 1)), "turned_away"},
		"cropped":     {encoded(t, part(good, image.Rect(good.Bounds().Dx()*38/100, 0, good.Bounds().Dx(), good.Bounds().Dy()))), "cropped"},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.push(holder(name, agreed(time.Hour), tt.photo))
			if s.Enrolment == nil || s.Enrolment.State != checkin.EnrolmentRefused ||
				!slices.ContainsFunc(s.Enrolment.Reasons, func(r checkin.QualityReason) bool { return r.Code == tt.want && r.Hint != "" }) {
				t.Errorf("got %+v, want refused for %s", s.Enrolment, tt.want)
			}
			if len(s.Tickets) != 1 {
				t.Error("the ticket does not work")
			}
		})
	}
	if h.shelf.faces() != 0 {
		t.Errorf("%d faces in the gallery", h.shelf.faces())
	}
}

func TestWhatIsRefusedWhole(t *testing.T) {
	h := open(t)
	good := encoded(t, portrait(t, woman, 1))
	consent := agreed(time.Hour)
	h.push(holder("other", nil, nil))
	for _, tt := range []struct {
		name  string
		push  checkin.Push
		code  checkin.Code
		field string
	}{
		{"no picture", holder("p", consent, []byte("hello")), checkin.CodeInvalid, "photo"},
		{"half a picture", holder("p", consent, good[:len(good)/2]), checkin.CodeInvalid, "photo"},
		{"an enormous file", holder("p", consent, make([]byte, vision.MaxPhotoBytes+1)), checkin.CodeTooLarge, "photo"},
		{"an enormous picture", holder("p", consent, encoded(t, image.NewGray(image.Rect(0, 0, 8000, 6000)))), checkin.CodeTooLarge, "photo"},
		{"a speck", holder("p", consent, encoded(t, image.NewGray(image.Rect(0, 0, 8, 8)))), checkin.CodeInvalid, "photo"},
		{"no consent", holder("p", nil, good), checkin.CodeInvalid, "consent"},
		{"another's ticket", checkin.Push{PlatformID: "p", Tickets: []checkin.Ticket{{Secret: "new"}, {Secret: "ticket of other"}}, Consent: consent, Photo: good}, checkin.CodeConflict, "tickets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.t = t
			h.refuse(tt.push, tt.code, tt.field)
		})
	}
	h.t = t
	if h.push(checkin.Push{PlatformID: "third", Tickets: []checkin.Ticket{{Secret: "new"}}}).Holder.PlatformID != "third" {
		t.Error("a ticket of a refused push was kept")
	}
	if _, _, err := h.Push(t.Context(), "ball", holder("p", nil, nil), "test"); checkin.ErrorCode(err) != checkin.CodeNotFound {
		t.Errorf("unknown event: %v", err)
	}
}

func TestPushAgainChangesNothing(t *testing.T) {
	h := open(t)
	p := holder("p", agreed(time.Hour), encoded(t, portrait(t, woman, 1)))
	first, created, err := h.Push(t.Context(), gala, p, "test")
	must(t, err)
	if !created || first.Enrolment == nil || first.Enrolment.State != checkin.EnrolmentActive || h.shelf.faces() != 1 {
		t.Fatalf("got %+v", first.Enrolment)
	}
	changes := h.shelf.changes
	again, created, err := h.Push(t.Context(), gala, p, "test")
	must(t, err)
	if created || again.Holder != first.Holder || again.Enrolment.ID != first.Enrolment.ID ||
		!slices.Equal(again.Tickets, first.Tickets) || h.shelf.changes != changes {
		t.Errorf("first %+v, again %+v, %d changes of the gallery", first, again, h.shelf.changes-changes)
	}

	p.Photo = encoded(t, portrait(t, woman, 0.5)) // the same picture, framed otherwise
	if same := h.push(p); same.Enrolment.ID != first.Enrolment.ID {
		t.Errorf("the same picture gave %+v", same.Enrolment)
	}
	p.Photo = encoded(t, portrait(t, sheToo, 1)) // another photo replaces
	better := h.push(p)
	if better.Enrolment.ID == first.Enrolment.ID || better.Enrolment.State != checkin.EnrolmentActive || h.shelf.faces() != 1 {
		t.Errorf("a new photo gave %+v, %d faces", better.Enrolment, h.shelf.faces())
	}
	p.Photo = encoded(t, wall()) // a bad one does not
	h.push(p)
	if h.counts().Enrolled != 1 || h.shelf.faces() != 1 {
		t.Error("a bad photo took the good template away")
	}
}

func TestWithdraw(t *testing.T) {
	h := open(t)
	photo := encoded(t, portrait(t, woman, 1))
	p := holder("p", agreed(time.Hour), photo)
	first := h.push(p)
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error {
		must(t, tx.PutGate(checkin.Gate{ID: "north", Name: "North", Created: tx.Now()}))
		return tx.DeliverKey(gala, "north")
	}))
	sealed := h.shelf.entries[wire.EntryRef{Kind: wire.EntryFace, ID: string(first.Enrolment.ID)}]
	if len(h.holding(sealed)) == 0 {
		t.Fatal("the test does not see the sealed template where it is")
	}
	for range 2 {
		s, err := h.Withdraw(t.Context(), gala, first.Holder.ID, "test")
		must(t, err)
		if s.Enrolment.State != checkin.EnrolmentWithdrawn || s.Consent != nil || len(s.Tickets) != 1 ||
			s.Withdrawal == nil || s.Withdrawal.Gates != 1 || s.Withdrawal.Receipts != 0 || h.shelf.faces() != 0 {
			t.Errorf("after withdrawal: %+v %+v", s, s.Withdrawal)
		}
	}
	if files := h.holding(sealed); len(files) > 0 {
		t.Errorf("the withdrawn template's ciphertext is still in %v", files)
	}
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SaveReceipt(wire.Record{Receipt: &wire.SignedReceipt{Body: []byte("b"), Signature: []byte("s")}},
			checkin.Receipt{ID: "r", Kind: checkin.ReceiptWithdrawal, Event: gala, Gate: "north", Enrolment: first.Enrolment.ID, At: tx.Now()})
		return err
	}))
	s, err := h.Status(t.Context(), gala, first.Holder.ID)
	must(t, err)
	if s.Withdrawal.Receipts != 1 || s.Withdrawal.LastGate <= 0 {
		t.Errorf("after the receipt: %+v", s.Withdrawal)
	}

	h.refuse(p, checkin.CodeConflict, "consent.given")
	p.Consent = agreed(-time.Second) // a new act
	if s := h.push(p); s.Enrolment.State != checkin.EnrolmentActive || s.Enrolment.ID == first.Enrolment.ID || h.shelf.faces() != 1 {
		t.Errorf("after a new consent: %+v", s.Enrolment)
	}
	if _, err := h.Withdraw(t.Context(), gala, "nobody", "test"); checkin.ErrorCode(err) != checkin.CodeNotFound {
		t.Errorf("unknown holder: %v", err)
	}
}

func TestNothingPersonalLiesInClear(t *testing.T) {
	h := open(t)
	photo := encoded(t, portrait(t, woman, 1))
	h.push(holder("p", agreed(time.Hour), photo))
	made, err := h.faces.of(t.Context(), photo)
	must(t, err)
	for what, data := range map[string][]byte{
		"template": face.Encode(made.template)[16:80], "photo": photo[len(photo)/2:][:64], "ticket": []byte("ticket of p"),
	} {
		if files := h.holding(data); len(files) > 0 {
			t.Errorf("the %s is in clear in %v", what, files)
		}
	}
}

func TestAClosedEventTakesNobody(t *testing.T) {
	h := open(t)
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error { return tx.CloseEvent(gala, tx.Now()) }))
	if _, _, err := h.Push(t.Context(), gala, holder("p", nil, nil), "test"); checkin.ErrorCode(err) != checkin.CodeConflict {
		t.Errorf("got %v", err)
	}
}

// holding returns the files below the data folder that hold data.
func (h *hall) holding(data []byte) (files []string) {
	h.t.Helper()
	must(h.t, filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, data) {
			files = append(files, path)
		}
		return err
	}))
	return files
}
