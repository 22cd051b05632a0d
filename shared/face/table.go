package face

import "iter"

// table holds rows by number, without gaps, in segments. While it has a codec,
// every row is encoded.
type table struct {
	dim      int
	n        int
	segments []*segment
	codec    *codec
}

func (t *table) locate(i int) (*segment, int) { return t.segments[i/segmentRows], i % segmentRows }

func (t *table) row(i int) Vector {
	s, l := t.locate(i)
	return s.row(l, t.dim)
}

func (t *table) append(v Vector) {
	if t.n == segmentRows*len(t.segments) {
		s := newSegment(t.dim)
		s.adopt(t.codec)
		t.segments = append(t.segments, s)
	}
	t.n++
	t.set(t.n-1, v)
}

func (t *table) set(i int, v Vector) {
	s, l := t.locate(i)
	copy(s.row(l, t.dim), v)
	if t.codec != nil {
		s.encode(l, t.codec)
	}
}

// remove puts the last row in the place of row i, so that there is no gap, and
// overwrites it where it was.
func (t *table) remove(i int) {
	last := t.n - 1
	if i != last {
		t.set(i, t.row(last))
	}
	s, l := t.locate(last)
	s.erase(l, t.dim, t.codec)
	t.n = last
	if l == 0 {
		t.segments[len(t.segments)-1] = nil
		t.segments = t.segments[:len(t.segments)-1]
	}
}

// adopt encodes every row with c; nil leaves them uncoded.
func (t *table) adopt(c *codec) {
	if t.codec != nil {
		t.codec.wipe()
	}
	t.codec = c
	for _, s := range t.segments {
		s.adopt(c)
	}
	if c == nil {
		return
	}
	for i := range t.n {
		s, l := t.locate(i)
		s.encode(l, c)
	}
}

// reaching yields, in order, the rows whose score for probe may be bar or more,
// which are all rows when nothing is known of them. The caller may raise bar in
// between.
func (t *table) reaching(probe Vector, bar *Score) iter.Seq[int] {
	return func(yield func(int) bool) {
		var q query
		if t.codec == nil || !t.codec.query(probe, &q) {
			for i := range t.n {
				if !yield(i) {
					return
				}
			}
			return
		}
		var bounds [blockRows]float32
		for k, s := range t.segments {
			rows := min(segmentRows, t.n-k*segmentRows)
			blocks := (rows + blockRows - 1) / blockRows
			for b := 0; b < blocks; b++ {
				b += scan(&s.codes[b*blockRows*q.width], &s.norms[b*blockNorms], blocks-b, &q, float32(*bar), &bounds)
				for l := 0; l < blockRows && b*blockRows+l < rows; l++ {
					if bounds[l] < float32(*bar) {
						continue
					}
					if !yield(k*segmentRows + b*blockRows + l) {
						return
					}
				}
			}
		}
	}
}

// wipe overwrites every row and code, and the codec, which was made from them.
func (t *table) wipe() {
	for _, s := range t.segments {
		s.wipe()
	}
	if t.codec != nil {
		t.codec.wipe()
	}
	t.segments, t.codec, t.n = nil, nil, 0
}
