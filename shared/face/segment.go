package face

// segment holds a fixed number of rows, and their codes when the table has a
// codec. A table grows by whole segments: nothing is ever moved to a larger
// array, which would need twice the memory and leave templates behind.
//
// Codes lie in blocks of 16 rows, and a block's bytes in groups: the first four
// bytes of each of its rows, then the next four. A register then holds the same
// four of many rows, and sums need not cross it. The norms of a block are 16
// times e, then 16 times r.
type segment struct {
	rows  []float32
	codes []byte
	norms []byte
}

const (
	segmentRows = 1024
	blockRows   = 16
	blockNorms  = 2 * blockRows
	groupBytes  = 4
)

func newSegment(dim int) *segment {
	return &segment{rows: make([]float32, segmentRows*dim)}
}

// row returns row i.
func (s *segment) row(i, dim int) Vector { return s.rows[i*dim : (i+1)*dim] }

// adopt makes room for the codes of c, and overwrites former ones. Without a
// codec there are none.
func (s *segment) adopt(c *codec) {
	clear(s.codes)
	clear(s.norms)
	switch {
	case c == nil:
		s.codes, s.norms = nil, nil
	case len(s.codes) != segmentRows*c.width:
		s.codes, s.norms = make([]byte, segmentRows*c.width), make([]byte, 2*segmentRows)
	}
}

// encode writes the code of row i.
func (s *segment) encode(i int, c *codec) {
	var z quantised
	x := s.row(i, c.dim)
	c.quantise(x, &z)
	e, r := c.norms(x, &z)
	s.write(i, c.width, z.code[:c.width], e, r)
	clear(z.code[:c.width])
}

// erase overwrites row i and its code.
func (s *segment) erase(i int, dim int, c *codec) {
	clear(s.row(i, dim))
	if c != nil {
		var zero [maxWidth]byte
		s.write(i, c.width, zero[:c.width], 0, 0)
	}
}

func (s *segment) write(i, width int, code []byte, e, r byte) {
	b, l := i/blockRows, i%blockRows
	block := s.codes[b*blockRows*width : (b+1)*blockRows*width]
	for g := 0; g < width; g += groupBytes {
		copy(block[g*blockRows+l*groupBytes:][:groupBytes], code[g:])
	}
	norms := s.norms[b*blockNorms : (b+1)*blockNorms]
	norms[l], norms[blockRows+l] = e, r
}

func (s *segment) wipe() {
	clear(s.rows)
	clear(s.codes)
	clear(s.norms)
}
