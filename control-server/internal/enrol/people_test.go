package enrol

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

// enrolled is what a holder's gallery entry says of a face.
type enrolled struct {
	vector face.Vector
	alike  bool
}

// published opens every face that the gates have been sent, and checks that the
// store has the same.
func (h *hall) published() map[checkin.HolderID]enrolled {
	h.t.Helper()
	key, err := h.vault.Load(gala)
	must(h.t, err)
	defer key.Wipe()
	all := map[checkin.HolderID]enrolled{}
	for ref, sealed := range h.shelf.entries {
		if ref.Kind != wire.EntryFace {
			continue
		}
		id := checkin.EnrolmentID(ref.ID)
		must(h.t, h.db.View(h.t.Context(), func(tx *store.Tx) error {
			stored, err := tx.SealedTemplate(id)
			if string(stored) != string(sealed) {
				h.t.Errorf("the gates have another sealing of %s than the store", id)
			}
			return err
		}))
		entry, err := openFace(key, gala, id, sealed)
		must(h.t, err)
		v, err := face.Decode(entry.Template, h.faces.models.Dimension())
		must(h.t, err)
		all[entry.Holder] = enrolled{v, entry.LookAlike}
	}
	return all
}

// crowd is what the manifest will say.
func (h *hall) crowd() wire.Crowd {
	h.t.Helper()
	var e store.StoredEvent
	must(h.t, h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		e, err = tx.Event(gala)
		return err
	}))
	return e.Crowd
}

// marked checks who is called a look-alike.
func (h *hall) marked(after string, want ...checkin.HolderStatus) {
	h.t.Helper()
	for id, e := range h.published() {
		wanted := slices.ContainsFunc(want, func(s checkin.HolderStatus) bool { return s.Holder.ID == id })
		if e.alike != wanted {
			h.t.Errorf("%s: holder %s is marked: %v", after, id, e.alike)
		}
	}
	if c := h.crowd(); c.LookAlikes != len(want) {
		h.t.Errorf("%s: %d look-alikes in the books, want %d", after, c.LookAlikes, len(want))
	}
}

// One person under two names is a pair of twins as far as a gate can see.
func TestTwins(t *testing.T) {
	h := open(t)
	must(t, h.Compare(t.Context(), gala))
	photo := encoded(t, portrait(t, woman, 1))
	anna := h.push(holder("anna", agreed(time.Hour), photo))
	h.push(holder("carl", agreed(time.Hour), encoded(t, portrait(t, another, 0.6))))
	h.marked("two who differ")

	twin := h.push(holder("twin", agreed(time.Hour), encoded(t, portrait(t, woman, 0.5))))
	h.marked("a twin", anna, twin)
	h.push(holder("anna", nil, nil))
	h.marked("a push without a photo", anna, twin)
	anna = h.push(holder("anna", agreed(time.Minute), encoded(t, portrait(t, woman, 0.7))))
	h.marked("another photo of hers", anna, twin)

	changes := h.shelf.changes
	_, err := h.Withdraw(t.Context(), gala, twin.Holder.ID, "test")
	must(t, err)
	h.marked("the twin has withdrawn")
	if h.shelf.changes != changes+1 {
		t.Errorf("the gates were told in %d steps, want 1", h.shelf.changes-changes)
	}
}

// After a restart, what was published holds until everybody has been compared.
func TestComparisonAfterARestart(t *testing.T) {
	h := open(t)
	restart := func() {
		h.Close()
		h.Desk = New(h.db, h.vault, h.shelf, h.faces, slog.New(slog.DiscardHandler))
	}
	anna := h.push(holder("anna", agreed(time.Hour), encoded(t, portrait(t, woman, 1))))
	twin := h.push(holder("twin", agreed(time.Hour), encoded(t, portrait(t, woman, 0.5))))
	h.marked("before anybody is compared")

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	for deadline := time.Now().Add(time.Minute); h.crowd().LookAlikes == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody is compared")
		}
	}
	cancel()
	must(t, <-done)
	h.marked("once compared", anna, twin)

	restart()
	carl := h.push(holder("carl", agreed(time.Hour), encoded(t, portrait(t, woman, 0.7))))
	h.marked("after a restart, with somebody new", anna, twin)
	must(t, h.Compare(t.Context(), gala))
	h.marked("compared again", anna, twin, carl)
	changes := h.shelf.changes
	must(t, h.Compare(t.Context(), gala))
	restart()
	must(t, h.Compare(t.Context(), gala))
	if h.shelf.changes != changes {
		t.Error("the gates are told what they know")
	}
	for _, s := range []checkin.HolderStatus{carl, twin} {
		_, err := h.Withdraw(t.Context(), gala, s.Holder.ID, "test")
		must(t, err)
	}
	h.marked("two have withdrawn")
}

func TestAClosedEventIsForgotten(t *testing.T) {
	h := open(t)
	must(t, h.Compare(t.Context(), gala))
	anna := h.push(holder("anna", agreed(time.Hour), encoded(t, portrait(t, woman, 1))))
	h.push(holder("twin", agreed(time.Hour), encoded(t, portrait(t, woman, 0.5))))
	held := h.people[gala]
	must(t, h.db.Update(t.Context(), func(tx *store.Tx) error { return tx.CloseEvent(gala, tx.Now()) }))
	must(t, h.vault.Destroy(gala))
	if _, err := h.Withdraw(t.Context(), gala, anna.Holder.ID, "test"); err != nil {
		t.Errorf("withdrawal without a key: %v", err)
	}
	h.Forget(gala)
	if held.Len() != 0 || len(h.people) != 0 {
		t.Error("templates of a closed event are in memory")
	}
	if err := h.Compare(t.Context(), gala); checkin.ErrorCode(err) != checkin.CodeConflict {
		t.Errorf("compare the people of a closed event: %v", err)
	}
}
