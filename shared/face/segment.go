package face

// segment holds a fixed number of rows, and their codes when there is a codec. A
// table grows by whole segments: nothing is ever moved to a larger array, which
// would need twice the memory and leave templates behind.
type segment struct {
	rows  []float32
	codes *codes // that searches read; nil when there are none
	next  *codes // that will take their place when every row has one
}

// segmentRows is such that a segment of 512 dimensions fills a page of 2 MiB.
const segmentRows = 1024

func newSegment(dim int, c *codec) *segment {
	return &segment{rows: make([]float32, segmentRows*dim), codes: newCodes(c)}
}

// row returns row i.
func (s *segment) row(i, dim int) Vector { return s.rows[i*dim : (i+1)*dim] }

// set writes row i and its codes.
func (s *segment) set(i int, v Vector) {
	copy(s.row(i, len(v)), v)
	s.codes.encode(i, v)
	s.next.encode(i, v)
}

// erase overwrites row i and its codes.
func (s *segment) erase(i, dim int) {
	clear(s.row(i, dim))
	s.codes.erase(i)
	s.next.erase(i)
}

// prepare makes room aside for codes of c.
func (s *segment) prepare(c *codec) {
	s.next.wipe()
	s.next = newCodes(c)
}

// adopt puts the codes made aside in the place of the former ones.
func (s *segment) adopt() {
	s.codes.wipe()
	s.codes, s.next = s.next, nil
}

func (s *segment) wipe() {
	clear(s.rows)
	s.codes.wipe()
	s.next.wipe()
	s.codes, s.next = nil, nil
}
