package gallery

import (
	"sync"

	"github.com/openstile/stile/shared/wire"
)

// stream is what is in one event's gallery stream. shares holds each entry's
// part of the digest, so that a change need not read the others.
type stream struct {
	mu       sync.Mutex
	manifest wire.Manifest
	shares   map[wire.EntryRef]wire.Digest
	broken   bool // something was not published: fill again
	closed   bool // nothing is published any more
}

func (s *stream) add(ref wire.EntryRef, sealed []byte) {
	var share wire.Digest
	share.Toggle(ref, sealed)
	s.shares[ref] = share
	s.toggle(ref, share, 1)
}

func (s *stream) remove(ref wire.EntryRef) {
	if share, ok := s.shares[ref]; ok {
		delete(s.shares, ref)
		s.toggle(ref, share, -1)
	}
}

func (s *stream) toggle(ref wire.EntryRef, share wire.Digest, n int) {
	s.manifest.Digest.Merge(share)
	if ref.Kind == wire.EntryFace {
		s.manifest.Faces += n
	} else {
		s.manifest.Tickets += n
	}
}
