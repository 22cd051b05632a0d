package crowd

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/openstile/stile/shared/face"
)

const dim = 128

// Random templates of 128 dimensions are this much alike, or about so.
var calibration = face.Calibration{Intercept: 0.12, Slope: 0.048, Floor: 0.2, Ceiling: 0.95, Margin: 0.05, Crowd: -0.01}

// hall is a Crowd and what it must be equal to.
type hall struct {
	*Crowd
	t     *testing.T
	r     *rand.Rand
	all   map[string]face.Vector
	alike map[string]bool
	floor face.Score // the highest that was in force
	next  int
}

func open(t *testing.T, seed uint64) *hall {
	return &hall{Crowd: New(dim, calibration), t: t, r: rand.New(rand.NewPCG(seed, 3)), all: map[string]face.Vector{}, alike: map[string]bool{}}
}

func (h *hall) person() face.Vector {
	v := make(face.Vector, dim)
	for i := range v {
		v[i] = float32(h.r.NormFloat64())
	}
	return face.Normalise(v)
}

// again is another template of somebody like v.
func (h *hall) again(v face.Vector) face.Vector {
	w := h.person()
	for i := range w {
		w[i] = v[i] + 0.2*w[i]
	}
	return face.Normalise(w)
}

func (h *hall) anybody() (string, face.Vector) {
	ids := slices.Sorted(maps.Keys(h.all))
	id := ids[h.r.IntN(len(ids))]
	return id, h.all[id]
}

// change adds or removes somebody, or puts one in the place of another, and
// then may undo it.
func (h *hall) change() {
	trial, all := h.Try(), maps.Clone(h.all)
	what := h.r.IntN(8)
	if len(h.all) > 0 && what < 3 {
		id, _ := h.anybody()
		trial.Remove(id)
		delete(all, id)
	}
	if len(h.all) == 0 || what > 1 {
		v := h.person()
		if len(h.all) > 0 && what == 7 && h.r.IntN(5) == 0 {
			_, like := h.anybody()
			v = h.again(like)
		}
		h.floor = max(h.floor, h.Crowd.floor())
		h.next++
		id := fmt.Sprint("e-", h.next)
		trial.Add(id, v)
		all[id] = v
	}
	marks, _, n := trial.Marks()
	if h.r.IntN(4) == 0 {
		trial.Undo()
		return
	}
	trial.Commit()
	h.all = all
	for id, alike := range marks {
		if h.alike[id] == alike {
			h.t.Fatalf("the mark of %s was %v already", id, alike)
		}
		h.alike[id] = alike
	}
	maps.DeleteFunc(h.alike, func(id string, alike bool) bool { return !alike || all[id] == nil })
	if n != len(h.alike) {
		h.t.Fatalf("%d look-alikes, want %d", n, len(h.alike))
	}
}

// check compares everybody with everybody.
func (h *hall) check() {
	h.t.Helper()
	var nearest []face.Score
	byID := map[string]face.Score{}
	for id, v := range h.all {
		best := unlike
		for other, w := range h.all {
			if other != id {
				best = max(best, face.Compare(v, w))
			}
		}
		byID[id], nearest = best, append(nearest, best)
	}
	for id, hits := range h.near {
		got := unlike
		for _, hit := range hits {
			got = max(got, hit.Score)
		}
		if want := byID[id]; want >= h.floor && got != want || got > want {
			h.t.Fatalf("nearest to %s of %d: %v, want %v (floor %v)", id, len(h.all), got, want, h.floor)
		}
	}
	shift := calibration.Shift(nearest)
	if got := h.Shift(); got != shift || h.Len() != len(h.all) || h.templates.Len() != len(h.all) {
		h.t.Fatalf("%d people, shift %v; want %d, %v", h.Len(), got, len(h.all), shift)
	}
	limit := calibration.LookAlike(len(h.all), shift)
	for id, best := range byID {
		if h.alike[id] != (best >= limit) || h.Crowd.alike[id] != h.alike[id] {
			h.t.Fatalf("%s reaches %v of %v and is marked: %v", id, best, limit, h.alike[id])
		}
	}
}

func TestIsWhatComparingAllWithAllGives(t *testing.T) {
	for seed := range uint64(4) {
		h := open(t, seed)
		shifted := false
		for i := range 500 {
			h.change()
			if i%10 == 0 {
				h.check()
			}
			shifted = shifted || h.Shift() > 0
		}
		if len(h.alike) == 0 || !shifted {
			t.Errorf("seed %d: %d look-alikes, shift %v: the test shows nothing", seed, len(h.alike), h.Shift())
		}
	}
}

func TestTwins(t *testing.T) {
	h := open(t, 1)
	anna := h.person()
	mark := func(change func(*Trial)) map[string]bool {
		trial := h.Try()
		change(trial)
		marks, _, _ := trial.Marks()
		trial.Commit()
		return marks
	}
	for _, step := range []struct {
		name   string
		change func(*Trial)
		want   map[string]bool
	}{
		{"anna", func(t *Trial) { t.Add("anna", anna) }, map[string]bool{}},
		{"her twin", func(t *Trial) { t.Add("twin", h.again(anna)) }, map[string]bool{"anna": true, "twin": true}},
		{"a third", func(t *Trial) { t.Add("triplet", h.again(anna)) }, map[string]bool{"triplet": true}},
		{"the twin leaves", func(t *Trial) { t.Remove("twin") }, map[string]bool{}},
		{"and another newer photo", func(t *Trial) { t.Remove("triplet"); t.Add("newer", h.again(anna)) }, map[string]bool{"newer": true}},
		{"nobody", func(t *Trial) { t.Remove("nobody") }, map[string]bool{}},
		{"the last but one leaves", func(t *Trial) { t.Remove("newer") }, map[string]bool{"anna": false}},
	} {
		if got := mark(step.change); !maps.Equal(got, step.want) {
			t.Errorf("%s: marks %v, want %v", step.name, got, step.want)
		}
	}
}

// A few pairs of twins must not make the threshold rise for everybody.
func TestTwinsDoNotShiftACrowd(t *testing.T) {
	h := open(t, 2)
	for i := range 300 {
		h.all[fmt.Sprint(i)] = h.person()
		h.Add(fmt.Sprint(i), h.all[fmt.Sprint(i)], false)
	}
	before := h.Shift()
	trial := h.Try()
	for i := range 4 {
		trial.Add(fmt.Sprint("twin ", i), h.again(h.all[fmt.Sprint(i)]))
	}
	marks, after, _ := trial.Marks()
	if after-before > 0.02 || len(marks) < 8 {
		t.Errorf("4 twins among 300: shift %v, was %v; marks %v", after, before, marks)
	}
}

func TestWipe(t *testing.T) {
	h := open(t, 3)
	h.Add("a", h.person(), true)
	h.Add("b", h.person(), false)
	if n := h.Wipe(); n != 2 || h.Len() != 0 || h.Has("a") {
		t.Errorf("wiped %d, %d left", n, h.Len())
	}
}
