package face

// codes are the codes of a segment's rows, all of one codec. A nil one holds
// none, and takes none.
//
// They lie in blocks of 16 rows, and a block's bytes in groups: the first four
// bytes of each of its rows, then the next four. A register then holds the same
// four of many rows, and sums need not cross it. The norms of a block are 16
// times e, then 16 times r.
type codes struct {
	codec *codec
	bytes []byte
	norms []byte
}

const (
	blockRows  = 16
	blockNorms = 2 * blockRows
	groupBytes = 4
)

// newCodes makes room for codes of c; nil for a nil c.
func newCodes(c *codec) *codes {
	if c == nil {
		return nil
	}
	return &codes{codec: c, bytes: make([]byte, segmentRows*c.width), norms: make([]byte, 2*segmentRows)}
}

// encode writes the code of v as that of row i.
func (s *codes) encode(i int, v Vector) {
	if s == nil {
		return
	}
	var z quantised
	s.codec.quantise(v, &z)
	e, r := s.codec.norms(&z)
	s.write(i, z.code[:s.codec.width], e, r)
	clear(z.code[:s.codec.width])
}

// erase overwrites the code of row i.
func (s *codes) erase(i int) {
	if s == nil {
		return
	}
	var zero [maxWidth]byte
	s.write(i, zero[:s.codec.width], 0, 0)
}

func (s *codes) write(i int, code []byte, e, r byte) {
	b, l := i/blockRows, i%blockRows
	stride := blockRows * len(code)
	block := s.bytes[b*stride : (b+1)*stride]
	for g := 0; g < len(code); g += groupBytes {
		copy(block[g*blockRows+l*groupBytes:][:groupBytes], code[g:])
	}
	norms := s.norms[b*blockNorms : (b+1)*blockNorms]
	norms[l], norms[blockRows+l] = e, r
}

// reaching yields, in order, those of the first n rows whose upper bound for q is
// not below bar, which the caller may raise in between. It reports whether the
// caller wants more.
func (s *codes) reaching(q *query, n int, bar *Score, yield func(int) bool) bool {
	var bounds [blockRows]float32
	blocks := (n + blockRows - 1) / blockRows
	for b := 0; b < blocks; b++ {
		b += scan(&s.bytes[b*blockRows*q.width], &s.norms[b*blockNorms], blocks-b, q, float32(*bar), &bounds)
		for i := b * blockRows; i < min((b+1)*blockRows, n); i++ {
			if !(bounds[i%blockRows] < float32(*bar)) && !yield(i) {
				return false
			}
		}
	}
	return true
}

func (s *codes) wipe() {
	if s != nil {
		clear(s.bytes)
		clear(s.norms)
	}
}
