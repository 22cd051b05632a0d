package gallery

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

const dim = 8

// Nothing below 0.5 is a match, nor is anything within 0.1 of the second best.
var model = Model{ID: "m1", Dimension: dim, Calibration: face.Calibration{Intercept: -1, Slope: 0, Floor: 0.5, Ceiling: 0.9, Margin: 0.1}}

var now = time.Date(2026, 6, 1, 19, 0, 0, 0, time.UTC)

// axis is a person who looks like nobody else.
func axis(i int) face.Vector {
	v := make(face.Vector, dim)
	v[i] = 1
	return v
}

// between looks like both a and b, more like a when share is above one half.
func between(a, b int, share float32) face.Vector {
	v := make(face.Vector, dim)
	v[a], v[b] = share, 1-share
	return face.Normalise(v)
}

// server is the other end: it seals entries and keeps the stream, of which only
// the newest message per subject is left.
type server struct {
	t      *testing.T
	event  checkin.EventID
	secret []byte
	key    *seal.EventKey
	epoch  uint64
	seq    uint64
	sealed map[wire.EntryRef][]byte
	shift  float64
}

func newServer(t *testing.T, event checkin.EventID) *server {
	key := seal.NewEventKey()
	return &server{t: t, event: event, secret: slices.Clone(key.Secret()), key: key, epoch: 1, sealed: map[wire.EntryRef][]byte{}}
}

// copyOfKey is what a gate is given.
func (s *server) copyOfKey() *seal.EventKey {
	key, err := seal.EventKeyFrom(slices.Clone(s.secret))
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

func ticketRef(id string) wire.EntryRef { return wire.EntryRef{Kind: wire.EntryTicket, ID: id} }

func (s *server) seal(ref wire.EntryRef, plain any) []byte {
	s.sealed[ref] = s.key.Seal(wire.Encode(plain), ref.AAD(s.event))
	return s.sealed[ref]
}

func (s *server) face(id string, holder checkin.HolderID, v face.Vector) {
	s.seal(faceRef(id), wire.FaceEntry{Holder: holder, Model: model.ID, Template: face.Encode(v)})
}

// lookAlike is face of somebody who was found to be like another.
func (s *server) lookAlike(id string, holder checkin.HolderID, v face.Vector) {
	s.seal(faceRef(id), wire.FaceEntry{Holder: holder, Model: model.ID, Template: face.Encode(v), LookAlike: true})
}

func (s *server) ticket(id, secret string, holder checkin.HolderID) {
	hash := s.key.TicketHash(secret)
	s.seal(ticketRef(id), wire.TicketEntry{
		Credential: checkin.Credential{ID: checkin.CredentialID(id), Holder: holder, ValidFrom: now, ValidUntil: now.Add(time.Hour)},
		SecretHash: hash[:],
	})
}

func (s *server) manifest() []byte {
	m := wire.Manifest{Event: s.event, Epoch: s.epoch, Version: s.seq, Crowd: wire.Crowd{Shift: s.shift}}
	for ref, sealed := range s.sealed {
		m.Digest.Toggle(ref, sealed)
		if ref.Kind == wire.EntryFace {
			m.Faces++
		} else {
			m.Tickets++
		}
	}
	return s.key.Seal(wire.Encode(m), wire.ManifestAAD(s.event))
}

// put sends one entry, which must be taken.
func (s *server) put(g *Set, ref wire.EntryRef) {
	s.t.Helper()
	s.seq++
	if err := g.Apply(s.seq, ref, s.sealed[ref]); err != nil {
		s.t.Fatal(err)
	}
}

// bury withdraws one entry: a tombstone takes its place.
func (s *server) bury(g *Set, ref wire.EntryRef) {
	s.t.Helper()
	delete(s.sealed, ref)
	s.put(g, ref)
}

func (s *server) putAll(g *Set) {
	s.t.Helper()
	for ref := range s.sealed {
		s.put(g, ref)
	}
}

// agree sends the manifest.
func (s *server) agree(g *Set) error {
	s.seq++
	return g.Manifest(s.seq, s.manifest())
}

// withdrawals are what a Set says was withdrawn, as "event enrolment left".
type withdrawals []string

func (w *withdrawals) add(r checkin.Receipt) {
	if r.Kind != checkin.ReceiptWithdrawal || r.Count != 1 || r.KeyID == "" || r.Epoch == 0 {
		*w = append(*w, fmt.Sprintf("incomplete: %+v", r))
	}
	*w = append(*w, fmt.Sprint(r.Event, " ", r.Enrolment, " ", r.Left))
}

// filled is a venue with anna and bert enrolled, a ticket each, and a gate that
// holds all of it.
func filled(t *testing.T) (*server, *Set, *withdrawals) {
	t.Helper()
	s, gone := newServer(t, "concert"), &withdrawals{}
	g := New(model, func() time.Time { return now }, gone.add)
	g.Serve("concert", s.copyOfKey())
	s.face("e-anna", "anna", axis(0))
	s.face("e-bert", "bert", axis(1))
	s.ticket("t-anna", "ANNA", "anna")
	s.ticket("t-bert", "BERT", "bert")
	if from := g.Resume(1); from != 0 {
		t.Fatalf("an empty gallery resumes from %d", from)
	}
	s.putAll(g)
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	return s, g, gone
}

// finds checks whom a probe finds: a holder, or a verdict other than known.
func finds(t *testing.T, g *Set, probe face.Vector, want string) {
	t.Helper()
	f := g.Identify(probe, 0.01)
	got := string(f.Verdict)
	if f.Verdict == checkin.VerdictKnown {
		got = string(f.Holder)
	}
	if got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}
