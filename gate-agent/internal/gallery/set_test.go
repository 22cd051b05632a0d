package gallery

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

func TestFill(t *testing.T) {
	s, g, gone := filled(t)
	st := g.Status()
	want := wire.GalleryStatus{Epoch: 1, Version: 5, Faces: 2, Tickets: 2, Digest: st.Digest, Right: true, Synced: now}
	if st != want || st.Digest == (wire.Digest{}) || !g.Searchable(0.01) || g.Event() != "concert" {
		t.Errorf("status %+v, want %+v", st, want)
	}
	finds(t, g, axis(0), "anna")
	finds(t, g, axis(1), "bert")
	if f := g.Identify(axis(0), 0.01); len(f.Credentials) != 1 || f.Credentials[0].ID != "t-anna" {
		t.Errorf("anna may use %+v", f.Credentials)
	}
	// A newer template takes the place of the former one.
	s.face("e-anna", "anna", axis(2))
	s.put(g, faceRef("e-anna"))
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	finds(t, g, axis(2), "anna")
	finds(t, g, axis(0), "unknown")
	if n := g.Status().Faces; n != 2 || len(*gone) != 0 {
		t.Errorf("%d faces; withdrawn: %q", n, *gone)
	}
}

func TestNothingIsSearchedBeforeTheManifest(t *testing.T) {
	s := newServer(t, "concert")
	g := New(model, time.Now, nil)
	g.Serve("concert", s.copyOfKey())
	s.face("e-anna", "anna", axis(0))
	g.Resume(1)
	s.putAll(g)
	if g.Searchable(0.01) {
		t.Error("searchable before it is known to be right")
	}
	finds(t, g, axis(0), "unknown")
}

func TestWrongManifest(t *testing.T) {
	another := newServer(t, "concert")
	for name, send := range map[string]func(*server, *Set) error{
		"an entry was missed": func(s *server, g *Set) error {
			s.face("e-carl", "carl", axis(2))
			return s.agree(g)
		},
		"a tombstone was missed": func(s *server, g *Set) error {
			delete(s.sealed, faceRef("e-bert"))
			return s.agree(g)
		},
		"under another key": func(s *server, g *Set) error { return g.Manifest(9, another.manifest()) },
		"of another event": func(s *server, g *Set) error {
			return g.Manifest(9, s.key.Seal([]byte("{}"), wire.ManifestAAD("festival")))
		},
		"garbage": func(s *server, g *Set) error {
			return g.Manifest(9, s.key.Seal([]byte("garbage"), wire.ManifestAAD("concert")))
		},
		"empty": func(s *server, g *Set) error { return g.Manifest(9, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			s, g, _ := filled(t)
			err := send(s, g)
			if err == nil {
				t.Fatal("accepted")
			}
			if missed := strings.HasSuffix(name, "missed"); missed != errors.Is(err, ErrWrong) {
				t.Errorf("error %v", err)
			}
			finds(t, g, axis(0), "unknown")
			if g.Searchable(0.01) || g.Status().Right {
				t.Error("still searchable")
			}
			if from := g.Resume(1); from != 0 {
				t.Fatalf("a wrong gallery resumes from %d", from)
			}
			s.putAll(g)
			if err := s.agree(g); err != nil {
				t.Fatal(err)
			}
			finds(t, g, axis(0), "anna")
		})
	}
}

func TestEntriesThatAreRefused(t *testing.T) {
	s, another := newServer(t, "concert"), newServer(t, "concert")
	carl := faceRef("e-carl")
	good := wire.FaceEntry{Holder: "carl", Model: "m1", Template: face.Encode(axis(2))}
	for name, row := range map[string]struct {
		ref    wire.EntryRef
		sealed []byte
		want   string
	}{
		"under another key":      {carl, another.seal(carl, good), "do not open"},
		"in another's place":     {carl, s.seal(faceRef("e-anna"), good), "do not open"},
		"as another kind":        {ticketRef("e-carl"), s.seal(carl, good), "do not open"},
		"of another model":       {carl, s.seal(carl, wire.FaceEntry{Model: "m2", Template: good.Template}), `model "m2"`},
		"of another dimension":   {carl, s.seal(carl, wire.FaceEntry{Model: "m1", Template: face.Encode(face.Vector{1})}), "dimension 1"},
		"without a template":     {carl, s.seal(carl, wire.FaceEntry{Model: "m1"}), "0 bytes"},
		"not a message":          {carl, s.seal(carl, "text"), "decode"},
		"a short hash":           {ticketRef("t"), s.seal(ticketRef("t"), wire.TicketEntry{Credential: checkin.Credential{ID: "t"}, SecretHash: []byte{1}}), "1 bytes"},
		"a ticket not a message": {ticketRef("t"), s.seal(ticketRef("t"), "text"), "decode"},
		"another credential":     {ticketRef("t"), s.seal(ticketRef("t"), wire.TicketEntry{Credential: checkin.Credential{ID: "u"}}), `credential "u"`},
		"an unknown kind":        {wire.EntryRef{Kind: "voice", ID: "v"}, s.seal(wire.EntryRef{Kind: "voice", ID: "v"}, good), `"voice"`},
	} {
		t.Run(name, func(t *testing.T) {
			g := New(model, time.Now, nil)
			g.Serve("concert", s.copyOfKey())
			before := g.Status()
			if err := g.Apply(1, row.ref, row.sealed); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %q", err, row.want)
			}
			if after := g.Status(); after != before {
				t.Errorf("the gallery changed to %+v", after)
			}
		})
	}
}

func TestAnEntryThatDoesNotOpenIsSeen(t *testing.T) {
	s, g, _ := filled(t)
	s.face("e-carl", "carl", axis(2))
	if err := g.Apply(7, faceRef("e-carl"), append(slices.Clone(s.sealed[faceRef("e-carl")]), 0)); err == nil {
		t.Fatal("a damaged entry was accepted")
	}
	if err := s.agree(g); !errors.Is(err, ErrWrong) {
		t.Errorf("error %v, want ErrWrong", err)
	}
}

func TestATombstoneWorksAtOnce(t *testing.T) {
	s, g, gone := filled(t)
	s.bury(g, faceRef("e-anna"))
	finds(t, g, axis(0), "unknown")
	finds(t, g, axis(1), "bert")
	if want := (withdrawals{"concert e-anna 1"}); !slices.Equal(*gone, want) {
		t.Errorf("withdrawn %q, want %q", *gone, want)
	}
	if f := g.Ticket("ANNA"); f.Verdict != checkin.VerdictKnown {
		t.Error("the ticket went with the face")
	}
	s.bury(g, faceRef("e-anna"))
	s.bury(g, ticketRef("t-anna"))
	if f := g.Ticket("ANNA"); f.Verdict != checkin.VerdictUnknown {
		t.Error("a ticket that was taken back is known")
	}
	if err := s.agree(g); err != nil || len(*gone) != 1 {
		t.Errorf("%v; withdrawn %q", err, *gone)
	}
}

func TestATicketThatBecameAnotherCredential(t *testing.T) {
	s, g, _ := filled(t)
	s.ticket("t-new", "ANNA", "anna")
	s.put(g, ticketRef("t-new"))
	s.bury(g, ticketRef("t-anna"))
	if f := g.Ticket("ANNA"); f.Verdict != checkin.VerdictKnown || f.Credentials[0].ID != "t-new" {
		t.Errorf("found %+v, want t-new", f)
	}
}

func TestResume(t *testing.T) {
	s, g, _ := filled(t)
	if from := g.Resume(1); from != s.seq+1 {
		t.Errorf("resumes from %d, want %d", from, s.seq+1)
	}
	if from := g.Resume(2); from != 0 {
		t.Errorf("another epoch resumes from %d, want the start", from)
	}
}

func TestCurrent(t *testing.T) {
	s, g, _ := filled(t)
	for _, c := range []struct {
		name           string
		epoch, version uint64
		want           bool
	}{
		{"what it holds", 1, s.seq, true},
		{"a version that it has gone past", 1, s.seq - 1, true},
		{"a change that it has not heard of", 1, s.seq + 1, false},
		{"another filling", 2, 1, false},
	} {
		if got := g.Current(c.epoch, c.version); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	before := g.Status().Synced
	now = now.Add(time.Minute)
	t.Cleanup(func() { now = now.Add(-time.Minute) })
	g.Current(1, s.seq)
	if got := g.Status().Synced.Sub(before); got != time.Minute {
		t.Errorf("known to be right %v later, want a minute", got)
	}
}

func TestStartingOverKeepsTheOldSetUntilTheSwap(t *testing.T) {
	s, g, gone := filled(t)
	// While the gate is away, anna withdraws and carl enrols.
	delete(s.sealed, faceRef("e-anna"))
	s.face("e-carl", "carl", axis(2))
	s.epoch, s.seq = 2, 0
	if from := g.Resume(2); from != 0 {
		t.Fatalf("resumes from %d", from)
	}
	s.putAll(g)
	finds(t, g, axis(1), "bert")
	finds(t, g, axis(2), "unknown")
	if len(*gone) != 0 {
		t.Errorf("withdrawn before the swap: %q", *gone)
	}
	if err := s.agree(g); err != nil {
		t.Fatal(err)
	}
	finds(t, g, axis(0), "unknown")
	finds(t, g, axis(2), "carl")
	if want := (withdrawals{"concert e-anna 2"}); !slices.Equal(*gone, want) {
		t.Errorf("withdrawn %q, want %q", *gone, want)
	}
	if st := g.Status(); st.Epoch != 2 || st.Faces != 2 {
		t.Errorf("status %+v", st)
	}
}

func TestATombstoneWhileStartingOver(t *testing.T) {
	s, g, gone := filled(t)
	s.face("e-carl", "carl", axis(2))
	g.Resume(2)
	s.putAll(g)
	s.bury(g, faceRef("e-bert")) // in both sets
	s.bury(g, faceRef("e-carl")) // only in the new one
	finds(t, g, axis(1), "unknown")
	if want := (withdrawals{"concert e-bert 1", "concert e-carl 1"}); !slices.Equal(*gone, want) {
		t.Errorf("withdrawn %q, want %q", *gone, want)
	}
	if err := s.agree(g); err != nil || len(*gone) != 2 {
		t.Errorf("%v; withdrawn %q", err, *gone)
	}
}

func TestServe(t *testing.T) {
	s, g, _ := filled(t)
	again := s.copyOfKey()
	g.Serve("concert", again)
	finds(t, g, axis(0), "anna")
	if slices.Max(again.Secret()) != 0 {
		t.Error("the second copy of the key is left in memory")
	}
	rows, key := templates(g.live), g.key.Secret()
	g.Serve("festival", seal.NewEventKey())
	wiped(t, rows, key)
	finds(t, g, axis(0), "unknown")
	if g.Event() != "festival" || g.Status() != (wire.GalleryStatus{}) || g.Ticket("ANNA").Verdict != checkin.VerdictUnknown {
		t.Errorf("serves %q with %+v", g.Event(), g.Status())
	}
}

// templates looks into the memory in which a filling keeps its templates.
func templates(c *contents) reflect.Value {
	table := reflect.ValueOf(c.faces).Elem().FieldByName("rows")
	rows := table.FieldByName("segments").Index(0).Elem().FieldByName("rows")
	return rows.Slice(0, c.faces.Len()*dim)
}

func wiped(t *testing.T, rows reflect.Value, key []byte) {
	t.Helper()
	if rows.Len() == 0 || len(key) != seal.KeySize {
		t.Fatal("there was nothing to wipe")
	}
	for i := range rows.Len() {
		if x := rows.Index(i).Float(); x != 0 {
			t.Fatalf("template float %d is left in memory: %g", i, x)
		}
	}
	if slices.Max(key) != 0 {
		t.Error("the key is left in memory")
	}
}

func TestWipe(t *testing.T) {
	s, g, gone := filled(t)
	s.face("e-carl", "carl", axis(2))
	g.Resume(2)
	s.putAll(g)
	rows, aside, key, id := templates(g.live), templates(g.aside), g.key.Secret(), g.key.ID()
	want := checkin.Receipt{Kind: checkin.ReceiptPurge, Event: "concert", Epoch: 1, Count: 3, KeyID: id}
	if r := g.Wipe(); r != want {
		t.Errorf("wiped %+v, want %+v", r, want)
	}
	wiped(t, rows, key)
	wiped(t, aside, key)
	if g.Status() != (wire.GalleryStatus{}) || g.Searchable(0.01) || g.Event() != "" || len(*gone) != 0 {
		t.Errorf("left: %+v of %q, withdrawn %q", g.Status(), g.Event(), *gone)
	}
	finds(t, g, axis(0), "unknown")
	if err := g.Apply(9, faceRef("e-carl"), s.sealed[faceRef("e-carl")]); err == nil {
		t.Error("an entry was taken without a key")
	}
	if err := s.agree(g); err == nil {
		t.Error("a manifest was taken without a key")
	}
	if r := g.Wipe(); r.Count != 0 || r.KeyID != "" {
		t.Errorf("wiped again: %+v", r)
	}
}

func TestIdentify(t *testing.T) {
	_, g, _ := filled(t)
	for _, row := range []struct {
		name  string
		probe face.Vector
		want  string
	}{
		{"the same", axis(0), "anna"},
		{"like nobody", axis(5), "unknown"},
		{"no face at all", make(face.Vector, dim), "unknown"},
		{"below the threshold", between(0, 5, 0.35), "unknown"},
		{"above the threshold", between(0, 5, 0.40), "anna"},
		{"a look-alike of both", between(0, 1, 0.51), "ambiguous"},
		{"clearly more like one", between(0, 1, 0.60), "anna"},
	} {
		t.Run(row.name, func(t *testing.T) { finds(t, g, row.probe, row.want) })
	}
}

func TestTicket(t *testing.T) {
	_, g, _ := filled(t)
	for _, row := range []struct {
		secret string
		holder checkin.HolderID
	}{{"ANNA", "anna"}, {"BERT", "bert"}, {"anna", ""}, {"", ""}, {"CARL", ""}} {
		f := g.Ticket(row.secret)
		if known := f.Verdict == checkin.VerdictKnown; known != (row.holder != "") || f.Holder != row.holder || known != (len(f.Credentials) == 1) {
			t.Errorf("%q: %+v, want %q", row.secret, f, row.holder)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	s, g, _ := filled(t)
	g.withdrawn = func(checkin.Receipt) {}
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if f := g.Identify(axis(0), 0.01); f.Verdict == checkin.VerdictKnown && f.Holder != "anna" {
					t.Errorf("anna is taken for %s", f.Holder)
				}
				g.Ticket("ANNA")
				g.Searchable(0.01)
				g.Status()
				g.Event()
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		switch r.IntN(5) {
		case 0:
			g.Resume(uint64(i))
			s.putAll(g)
		case 1:
			s.face("e-anna", "anna", axis(0))
			s.put(g, faceRef("e-anna"))
		case 2:
			s.bury(g, faceRef("e-anna"))
		case 3:
			g.Wipe()
			g.Serve("concert", s.copyOfKey())
		case 4:
			_ = s.agree(g) // right or wrong: both happen
		}
	}
	close(done)
	wg.Wait()
}
