package gallery

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// Model is the recogniser whose templates the gallery takes.
type Model struct {
	ID          string
	Dimension   int
	Calibration face.Calibration
}

// Set is the gallery of one gate. It is safe for concurrent use.
type Set struct {
	model     Model
	now       func() time.Time
	withdrawn func(checkin.Receipt)

	mu     sync.RWMutex
	event  checkin.EventID
	key    *seal.EventKey
	live   *contents
	aside  *contents // not nil while starting over
	known  wire.Manifest
	right  bool
	synced time.Time
	next   uint64 // first stream sequence not applied yet
}

// ErrWrong means that the contents differ from what the manifest says.
var ErrWrong = errors.New("the gallery differs from its manifest")

// New makes an empty Set. withdrawn is called, outside of any lock, for each
// template that was wiped because its holder withdrew, with what there is to
// sign for.
func New(model Model, now func() time.Time, withdrawn func(checkin.Receipt)) *Set {
	return &Set{model: model, now: now, withdrawn: withdrawn, live: newContents(model.Dimension)}
}

// Serve makes the Set hold the gallery of event from now on. The gallery of
// another event, or under another key, is wiped first. The Set owns key.
func (s *Set) Serve(event checkin.EventID, key *seal.EventKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil && s.event == event && s.key.ID() == key.ID() {
		key.Wipe()
		return
	}
	s.wipe()
	s.event, s.key = event, key
}

// Event returns the event served; empty for none.
func (s *Set) Event() checkin.EventID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.event
}

// Wipe overwrites the templates and the key, and returns what there is to sign
// for.
func (s *Set) Wipe() checkin.Receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.receipt(checkin.ReceiptPurge)
	r.Count, r.Left = s.wipe(), 0
	return r
}

// receipt says what is held now. The caller adds what it destroys, and holds mu.
func (s *Set) receipt(kind checkin.ReceiptKind) checkin.Receipt {
	r := checkin.Receipt{Kind: kind, Event: s.event, Epoch: s.known.Epoch, Left: s.live.faces.Len()}
	if s.key != nil {
		r.KeyID = s.key.ID()
	}
	return r
}

// withdrawal is the receipt for one template that is gone.
func (s *Set) withdrawal(id checkin.EnrolmentID) checkin.Receipt {
	r := s.receipt(checkin.ReceiptWithdrawal)
	r.Enrolment, r.Count = id, 1
	return r
}

func (s *Set) wipe() int {
	n := 0
	if s.aside != nil {
		n = len(missing(s.aside, s.live))
		s.aside.wipe()
		s.aside = nil
	}
	n += s.live.wipe()
	s.live = newContents(s.model.Dimension)
	if s.key != nil {
		s.key.Wipe()
		s.key = nil
	}
	s.event, s.known, s.right, s.synced, s.next = "", wire.Manifest{}, false, time.Time{}, 0
	return n
}

// Current reports whether the contents are right and as new as the server says
// its gallery is, and remembers when that was so.
func (s *Set) Current(epoch, version uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.right || s.known.Epoch != epoch || s.known.Version < version {
		return false
	}
	s.synced = s.now()
	return true
}

// Resume returns the stream sequence to follow the gallery from. When the
// stream is of another epoch than the contents, or these are wrong, the Set
// starts over aside, from the beginning.
func (s *Set) Resume(epoch uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.right && s.known.Epoch == epoch {
		return s.next
	}
	if s.aside != nil {
		s.aside.wipe()
	}
	s.aside = newContents(s.model.Dimension)
	s.next = 0
	return 0
}

// Apply takes one message of the gallery stream: a sealed entry, or a tombstone
// when sealed is empty. A tombstone works at once, even while the Set starts
// over; an entry that does not open leaves the Set wrong.
func (s *Set) Apply(seq uint64, ref wire.EntryRef, sealed []byte) error {
	s.mu.Lock()
	s.next = seq + 1
	into := s.live
	if s.aside != nil {
		into = s.aside
	}
	if len(sealed) > 0 {
		defer s.mu.Unlock()
		if s.key == nil {
			return fmt.Errorf("%s entry %s: no event is served", ref.Kind, ref.ID)
		}
		return into.put(s.event, s.key, s.model, ref, sealed)
	}
	was := s.live.drop(ref)
	if s.aside != nil {
		was = s.aside.drop(ref) || was
	}
	receipt := s.withdrawal(checkin.EnrolmentID(ref.ID))
	s.mu.Unlock()
	if was && ref.Kind == wire.EntryFace {
		s.withdrawn(receipt)
	}
	return nil
}

// Manifest takes the sealed manifest that follows the entries it speaks of. It
// fails with ErrWrong when the contents differ: the caller must then start over
// (Resume). Faces are not searched until the Set is right again.
func (s *Set) Manifest(seq uint64, sealed []byte) error {
	s.mu.Lock()
	gone, err := s.agree(seq, sealed)
	s.mu.Unlock()
	for _, receipt := range gone {
		s.withdrawn(receipt)
	}
	return err
}

func (s *Set) agree(seq uint64, sealed []byte) (gone []checkin.Receipt, err error) {
	s.next = seq + 1
	if s.key == nil {
		return nil, fmt.Errorf("manifest: no event is served")
	}
	plain, err := s.key.Open(sealed, wire.ManifestAAD(s.event))
	if err != nil {
		s.right = false
		return nil, fmt.Errorf("manifest: %w", err)
	}
	m, err := wire.Decode[wire.Manifest](plain)
	if err != nil {
		s.right = false
		return nil, fmt.Errorf("manifest: %w", err)
	}
	c := s.live
	if s.aside != nil {
		c = s.aside
	}
	if c.digest != m.Digest || c.faces.Len() != m.Faces {
		s.right = false
		return nil, fmt.Errorf("%w: %d faces, the manifest has %d", ErrWrong, c.faces.Len(), m.Faces)
	}
	var left []checkin.EnrolmentID
	if s.aside != nil {
		left = missing(s.live, s.aside)
		s.live.wipe()
		s.live, s.aside = s.aside, nil
	}
	s.known, s.right, s.synced = m, true, s.now()
	for _, id := range left {
		gone = append(gone, s.withdrawal(id))
	}
	return gone, nil
}

// missing lists the faces of one filling that another has not. Those of the
// former one that a new one lacks were withdrawn while this gate was away.
func missing(from, in *contents) []checkin.EnrolmentID {
	var gone []checkin.EnrolmentID
	for ref := range from.entries {
		if _, there := in.entries[ref]; !there && ref.Kind == wire.EntryFace {
			gone = append(gone, checkin.EnrolmentID(ref.ID))
		}
	}
	return gone
}

// Status says exactly which gallery this gate holds.
func (s *Set) Status() wire.GalleryStatus {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return wire.GalleryStatus{
		Epoch: s.known.Epoch, Version: s.known.Version,
		Faces: s.live.faces.Len(), Tickets: len(s.live.tickets), Digest: s.live.digest,
		Right: s.right, Synced: s.synced,
	}
}
