// Package crowd compares the people of one gallery with each other: how much
// more alike they are than those of the recogniser's calibration, by which the
// threshold must rise, and who is so much like somebody else that a face alone
// must not tell the two apart. It holds templates, in memory only.
package crowd

import "github.com/openstile/stile/shared/face"

// Crowd is the templates of one gallery, each compared with all others. It is
// for one goroutine at a time.
type Crowd struct {
	calibration face.Calibration
	templates   *face.Index
	near        neighbours
	alike       map[string]bool // who is marked as a look-alike
}

// New makes an empty Crowd of templates of dimension dim.
func New(dim int, calibration face.Calibration) *Crowd {
	return &Crowd{calibration: calibration, templates: face.NewIndex(dim), near: neighbours{}, alike: map[string]bool{}}
}

// Len returns the number of templates.
func (c *Crowd) Len() int { return len(c.near) }

// Has reports whether there is a template under id.
func (c *Crowd) Has(id string) bool {
	_, ok := c.near[id]
	return ok
}

// Add compares the template v with all others and adds it. marked says that it
// is marked as a look-alike already. An id is added once.
func (c *Crowd) Add(id string, v face.Vector, marked bool) {
	c.near.add(id, c.templates.Above(v, c.floor()))
	c.templates.Put(id, v)
	if marked {
		c.alike[id] = true
	}
}

// floor is the score below which neighbours are not remembered: each template
// has about one above it by chance. Marks and Shift depend on the rarer ones
// only. As chance grows with the crowd, so does the floor: should nine of ten
// leave, Shift may come out too low.
func (c *Crowd) floor() face.Score {
	const byChance = 1
	free := c.calibration
	free.Floor = -1 // here it is not about a threshold
	return free.Threshold(c.Len(), byChance, c.calibration.Crowd)
}

// Shift returns how much more alike the people of this crowd are than those of
// the calibration; see face.Calibration.
func (c *Crowd) Shift() float64 { return c.calibration.Shift(c.near.nearest()) }

// lookAlikes returns who is too much like somebody else, given the shift.
func (c *Crowd) lookAlikes(shift float64) map[string]bool {
	return c.near.reaching(c.calibration.LookAlike(c.Len(), shift))
}

// Wipe overwrites every template and returns how many there were. The Crowd is
// empty then.
func (c *Crowd) Wipe() int {
	clear(c.near)
	clear(c.alike)
	return c.templates.Wipe()
}
