package face

import "iter"

// table holds rows by number, without gaps, in segments.
type table struct {
	dim      int
	n        int
	segments []*segment
	codecs   []*codec // all that segments have codes of; new segments take the last
}

func (t *table) locate(i int) (*segment, int) { return t.segments[i/segmentRows], i % segmentRows }

func (t *table) row(i int) Vector {
	s, l := t.locate(i)
	return s.row(l, t.dim)
}

// codec returns the codec of new segments; nil when they shall have no codes.
func (t *table) codec() *codec {
	if len(t.codecs) == 0 {
		return nil
	}
	return t.codecs[len(t.codecs)-1]
}

func (t *table) append(v Vector) {
	if t.n == segmentRows*len(t.segments) {
		t.segments = append(t.segments, newSegment(t.dim, t.codec()))
	}
	t.n++
	t.set(t.n-1, v)
}

func (t *table) set(i int, v Vector) {
	s, l := t.locate(i)
	s.set(l, v)
}

// remove puts the last row in the place of row i, so that there is no gap, and
// overwrites it where it was.
func (t *table) remove(i int) {
	last := t.n - 1
	if i != last {
		t.set(i, t.row(last))
	}
	s, l := t.locate(last)
	s.erase(l, t.dim)
	t.n = last
	if l == 0 {
		t.segments[len(t.segments)-1] = nil
		t.segments = t.segments[:len(t.segments)-1]
	}
}

// reaching yields, in order, the rows whose score for probe may be bar or more:
// all but those whose code proves otherwise. The caller may raise bar in between.
func (t *table) reaching(probe Vector, bar *Score) iter.Seq[int] {
	return func(yield func(int) bool) {
		var q query
		for k, s := range t.segments {
			first := k * segmentRows
			n := min(segmentRows, t.n-first)
			if s.codes != nil && q.codec != s.codes.codec {
				q.prepare(s.codes.codec, probe)
			}
			more := true
			if s.codes == nil || !q.bounded {
				for i := 0; i < n && more; i++ {
					more = yield(first + i)
				}
			} else {
				more = s.codes.reaching(&q, n, bar, func(i int) bool { return yield(first + i) })
			}
			if !more {
				return
			}
		}
	}
}

// prepare makes room aside for codes of c in segment k, and returns it; nil when
// there are not so many.
func (t *table) prepare(k int, c *codec) *segment {
	if k >= len(t.segments) {
		return nil
	}
	t.segments[k].prepare(c)
	return t.segments[k]
}

// sample returns copies of evenly spread rows.
func (t *table) sample() []Vector {
	rows := make([]Vector, min(t.n, sampleRows))
	for i := range rows {
		rows[i] = append(Vector(nil), t.row(i*t.n/len(rows))...)
	}
	return rows
}

// retire overwrites all codecs but the last, of which every segment now is.
func (t *table) retire() {
	last := len(t.codecs) - 1
	for _, c := range t.codecs[:last] {
		c.wipe()
	}
	t.codecs = t.codecs[last:]
}

// wipe overwrites every row and code, and the codecs, which were made from them.
func (t *table) wipe() {
	for _, s := range t.segments {
		s.wipe()
	}
	for _, c := range t.codecs {
		c.wipe()
	}
	t.segments, t.codecs, t.n = nil, nil, 0
}
