package crowd

import (
	"slices"

	"github.com/openstile/stile/shared/face"
)

// Trial is a change of a Crowd that can still be undone, for as long as the
// transaction that it belongs to may fail. It ends with Commit or Undo; until
// then nothing else changes the Crowd.
type Trial struct {
	crowd   *Crowd
	added   []string
	removed []left
	alike   map[string]bool // who is to be marked; nil: as before
}

// left is one who is to go, and whom they were like.
type left struct {
	id         string
	neighbours []face.Hit
}

// Try begins a change.
func (c *Crowd) Try() *Trial { return &Trial{crowd: c} }

// Remove takes a template out, if it is there.
func (t *Trial) Remove(id string) {
	if t.crowd.Has(id) {
		t.removed = append(t.removed, left{id, t.crowd.near.remove(id)})
	}
}

// Add compares the template v with all others, without those that this trial
// has removed, and adds it.
func (t *Trial) Add(id string, v face.Vector) {
	t.crowd.Add(id, v, false)
	t.added = append(t.added, id)
}

// Marks returns whose mark as a look-alike must change, and to what, and how
// alike the crowd is now.
func (t *Trial) Marks() (changed map[string]bool, shift float64, lookAlikes int) {
	shift = t.crowd.Shift()
	t.alike = t.crowd.lookAlikes(shift)
	changed = map[string]bool{}
	for id := range t.alike {
		if !t.crowd.alike[id] {
			changed[id] = true
		}
	}
	for id := range t.crowd.alike {
		if !t.alike[id] && t.crowd.Has(id) {
			changed[id] = false
		}
	}
	return changed, shift, len(t.alike)
}

// Commit makes the change final and wipes the templates that were removed.
func (t *Trial) Commit() {
	for _, l := range t.removed {
		t.crowd.templates.Remove(l.id)
		delete(t.crowd.alike, l.id)
	}
	if t.alike != nil {
		t.crowd.alike = t.alike
	}
}

// Undo makes the Crowd what it was before.
func (t *Trial) Undo() {
	for _, id := range t.added {
		t.crowd.near.remove(id)
		t.crowd.templates.Remove(id)
	}
	for _, l := range slices.Backward(t.removed) {
		t.crowd.near.add(l.id, l.neighbours)
	}
}
