package enrol

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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

// join pushes a template as if it had been made of a photo.
func (h *hall) join(id string, v face.Vector) checkin.HolderID {
	key, err := h.vault.Load(gala)
	must(h.t, err)
	defer key.Wipe()
	c := h.change(checkin.Event{ID: gala}, key, "test")
	must(h.t, h.commit(h.t.Context(), c, func(tx *store.Tx) error {
		if _, err := c.holderFor(id); err != nil {
			return err
		}
		if err := c.consent(agreed(-time.Second)); err != nil {
			return err
		}
		return c.enrolment(&made{template: v, quality: 1})
	}))
	return c.holder.ID
}

// Holders come, go and change while everybody is compared, twice: in the end
// every mark is what comparing all with all gives.
func TestComparisonWhileHoldersComeAndGo(t *testing.T) {
	h := open(t)
	dim := h.faces.models.Dimension()
	var wg sync.WaitGroup
	crowd := func(n uint64) {
		r := rand.New(rand.NewPCG(n, 1))
		random := func() face.Vector {
			v := make(face.Vector, dim)
			for i := range v {
				v[i] = float32(r.NormFloat64())
			}
			return face.Normalise(v)
		}
		var last face.Vector
		for i := range 60 {
			v := random()
			if last != nil && r.IntN(3) == 0 {
				for j := range v {
					v[j] = last[j] + 0.3*v[j]
				}
				v = face.Normalise(v)
			}
			holder := h.join(fmt.Sprint("holder ", n, " ", r.IntN(i+1)), v)
			last = v
			if r.IntN(4) == 0 {
				_, err := h.Withdraw(t.Context(), gala, holder, "test")
				must(t, err)
			}
		}
	}
	crowd(0)
	for n := range uint64(2) {
		wg.Go(func() { crowd(n + 1) })
	}
	wg.Go(func() { must(t, h.Compare(t.Context(), gala)) })
	wg.Wait()

	all := h.published()
	var nearest []face.Score
	byHolder := map[checkin.HolderID]face.Score{}
	for id, e := range all {
		best := face.Score(-1)
		for other, o := range all {
			if other != id {
				best = max(best, face.Compare(e.vector, o.vector))
			}
		}
		byHolder[id], nearest = best, append(nearest, best)
	}
	calibration := h.faces.models.Calibration()
	want := wire.Crowd{Shift: calibration.Shift(nearest)}
	limit := calibration.LookAlike(len(all), want.Shift)
	for id, best := range byHolder {
		if all[id].alike != (best >= limit) {
			t.Errorf("marked %v, with a nearest score of %v and a limit of %v", all[id].alike, best, limit)
		}
		if best >= limit {
			want.LookAlikes++
		}
	}
	if got := h.crowd(); got != want || want.LookAlikes < 4 || len(all) < 50 {
		t.Errorf("%d people, crowd %+v, want %+v", len(all), got, want)
	}
	if n := h.people[gala].Len(); n != len(all) {
		t.Errorf("%d people in memory, %d enrolled", n, len(all))
	}
}

// A change that is not stored leaves nothing behind in memory.
func TestAChangeThatFails(t *testing.T) {
	h := open(t)
	must(t, h.Compare(t.Context(), gala))
	v := make(face.Vector, h.faces.models.Dimension())
	v[0] = 1
	anna := h.join("anna", v)
	key, err := h.vault.Load(gala)
	must(t, err)
	defer key.Wipe()
	ctx, cancel := context.WithCancel(t.Context())
	c := h.change(checkin.Event{ID: gala}, key, "test")
	err = h.commit(ctx, c, func(tx *store.Tx) error {
		c.joins, c.face = "nobody", v
		c.drop = append(c.drop, faceRef(enrolmentOf(t, tx, anna)))
		cancel()
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "cancel") {
		t.Fatalf("got %v", err)
	}
	if p := h.people[gala]; p.Len() != 1 || p.Has("nobody") {
		t.Errorf("%d people, the one who failed among them: %v", p.Len(), p.Has("nobody"))
	}
	h.join("twin", v)
	if got := h.crowd().LookAlikes; got != 2 {
		t.Errorf("%d look-alikes, want 2", got)
	}
}

func enrolmentOf(t *testing.T, tx *store.Tx, holder checkin.HolderID) checkin.EnrolmentID {
	t.Helper()
	e, err := tx.ActiveEnrolment(holder)
	must(t, err)
	return e.ID
}
