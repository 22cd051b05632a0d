package enrol

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

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
