package face

import "sync"

// Index is an exact search over templates of one dimension: what it finds is
// what comparing the probe with every template in float32 would, bit for bit.
// From some thousand templates on it reads a short code of each one first (see
// codec), and the template itself only when it may matter.
//
// All methods may be called at the same time. A change is seen by every search
// that begins after it.
type Index struct {
	mu      sync.RWMutex
	rows    table
	entries []entry        // by row
	at      map[string]int // row by ID
	clock   uint64         // counts the templates put so far
	nextFit int            // how many rows make another codec due
	fitting *fitting       // the one under way, or nil
}

// entry is what the Index knows of a row besides its numbers.
type entry struct {
	id    string
	since uint64 // the clock when it came
}

// NewIndex makes an empty Index for vectors of dimension dim. Where templates
// have hardly less in other directions than in their 256 strongest, a code must
// hold all of them, which it can up to 512 dimensions, a multiple of four. Beyond
// that such templates are all compared in full: as exact, but slow.
func NewIndex(dim int) *Index {
	return &Index{rows: table{dim: dim}, at: make(map[string]int), nextFit: fitFrom}
}

// Len returns the number of templates.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.rows.n
}

// Put adds a copy of v under id, or overwrites the template that is there. It
// panics when v has the wrong dimension, which Decode rules out.
//
// When 4,096 templates are reached, and then each fourfold of that, a codec is made
// aside from a sample and every template is encoded with it. It takes some 0.3 s,
// and 5 µs a template; meanwhile searches are as right, and slower at most.
func (x *Index) Put(id string, v Vector) {
	if len(v) != x.rows.dim {
		panic("face: vector of the wrong dimension")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if i, ok := x.at[id]; ok {
		x.rows.set(i, v)
		x.forget()
		return
	}
	x.at[id] = x.rows.n
	x.entries = append(x.entries, entry{id: id, since: x.clock})
	x.clock++
	x.rows.append(v)
	if x.rows.n >= x.nextFit {
		x.nextFit = fitGrowth * x.rows.n
		x.fit()
	}
}

// Remove takes the template out and overwrites its memory. It reports whether
// there was one.
func (x *Index) Remove(id string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at[id]
	if !ok {
		return false
	}
	last := x.rows.n - 1
	x.rows.remove(i)
	x.entries[i] = x.entries[last]
	x.at[x.entries[i].id] = i
	delete(x.at, id)
	x.entries[last] = entry{}
	x.entries = x.entries[:last]
	x.forget()
	return true
}

// Wipe overwrites every template and all that was computed from them, and
// returns how many there were. When it returns, no copy is left.
func (x *Index) Wipe() int {
	x.mu.Lock()
	n, f := x.rows.n, x.fitting
	if f != nil {
		f.cancel()
	}
	x.rows.wipe()
	x.entries, x.nextFit, x.fitting = nil, fitFrom, nil
	clear(x.at)
	x.mu.Unlock()
	if f != nil {
		<-f.done
	}
	return n
}
