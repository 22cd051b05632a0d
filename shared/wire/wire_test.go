package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/checkin"
)

func TestDecode(t *testing.T) {
	for _, row := range []struct{ name, data, want string }{
		{"a message", `{"event":"concert","from":7}`, ""},
		{"a newer peer's field", `{"event":"concert","from":7,"colour":"red"}`, ""},
		{"white space after it", "{\"event\":\"concert\",\"from\":7}\n", ""},
		{"nothing", ``, "decode wire.Follow"},
		{"half a message", `{"event":"con`, "decode wire.Follow"},
		{"another type", `{"event":7}`, "event"},
		{"a negative sequence", `{"from":-1}`, "from"},
		{"two messages", `{"event":"concert"}{}`, "after top-level value"},
		{"garbage after it", `{"event":"concert"}x`, "after top-level value"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Decode[Follow]([]byte(row.data))
			switch {
			case row.want == "" && (err != nil || got != Follow{Event: "concert", From: 7}):
				t.Errorf("%+v, %v", got, err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("error %v, want %q", err, row.want)
			}
		})
	}
}

func TestRecordValidate(t *testing.T) {
	for _, row := range []struct {
		name   string
		record Record
		change func(*Record)
		field  string
	}{
		{"admission", admissionRecord(), nil, ""},
		{"passage", passageRecord(), nil, ""},
		{"receipt", receiptRecord(), nil, ""},
		{"no id", admissionRecord(), func(r *Record) { r.ID = "" }, "id"},
		{"an id with a dot", admissionRecord(), func(r *Record) { r.ID = "a.b" }, "id"},
		{"of another gate", admissionRecord(), func(r *Record) { r.Gate = "south" }, "gate"},
		{"an admission of another gate", admissionRecord(), func(r *Record) { r.Admission.Gate = "south" }, "gate"},
		{"a passage of another gate", passageRecord(), func(r *Record) { r.Passage.Gate = "south" }, "gate"},
		{"an admission without id", admissionRecord(), func(r *Record) { r.Admission.ID = "" }, "admission.id"},
		{"a passage without id", passageRecord(), func(r *Record) { r.Passage.ID = "" }, "passage.id"},
		{"no kind", admissionRecord(), func(r *Record) { r.Kind = "" }, "kind"},
		{"an unknown kind", admissionRecord(), func(r *Record) { r.Kind = "story" }, "kind"},
		{"another kind", admissionRecord(), func(r *Record) { r.Kind = RecordPassage }, "kind"},
		{"nothing in it", record(RecordReceipt), nil, "kind"},
		{"two in one", admissionRecord(), func(r *Record) { r.Passage = passageRecord().Passage }, "kind"},
		{"an admission with a receipt", admissionRecord(), func(r *Record) { r.Receipt = &SignedReceipt{} }, "kind"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.change != nil {
				row.change(&row.record)
			}
			err := row.record.Validate("north")
			var invalid *checkin.Error
			switch {
			case row.field == "" && err != nil:
				t.Error(err)
			case row.field != "" && (!errors.As(err, &invalid) || invalid.Field != row.field):
				t.Errorf("error %v, want one of field %q", err, row.field)
			}
		})
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(Encode(admissionRecord()))
	f.Add(Encode(passageRecord()))
	f.Add(Encode(receiptRecord()))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode[Record](data)
		if err != nil || r.Validate("north") != nil {
			return
		}
		if r.Gate != "north" {
			t.Fatalf("a record of gate %q", r.Gate)
		}
		again, err := Decode[Record](Encode(r))
		if err != nil || again.Validate("north") != nil {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

func TestParseEntryRef(t *testing.T) {
	const gallery = "stile.v1.gallery.concert."
	for _, row := range []struct {
		subject string
		want    EntryRef
		ok      bool
		err     string
	}{
		{gallery + "face.enrolment-1", EntryRef{EntryFace, "enrolment-1"}, true, ""},
		{gallery + "ticket.t1", EntryRef{EntryTicket, "t1"}, true, ""},
		{gallery + "manifest", EntryRef{}, false, ""},
		{gallery + "manifest.x", EntryRef{}, false, `kind "manifest"`},
		{gallery + "voice.v1", EntryRef{}, false, `kind "voice"`},
		{gallery, EntryRef{}, false, `kind ""`},
		{gallery + "face", EntryRef{}, false, `""`},
		{gallery + "face.", EntryRef{}, false, `""`},
		{gallery + "face.a.b", EntryRef{}, false, `"a.b"`},
		{gallery + "face.*", EntryRef{}, false, `"*"`},
		{"stile.v1.gallery.other.face.a", EntryRef{}, false, `event "concert"`},
		{"stile.v1.gallery.concert", EntryRef{}, false, `event "concert"`},
		{"stile.v2.gallery.concert.face.a", EntryRef{}, false, `event "concert"`},
		{"", EntryRef{}, false, `event "concert"`},
	} {
		got, ok, err := ParseEntryRef("concert", row.subject)
		if ok != row.ok || got != row.want || (err == nil) != (row.err == "") {
			t.Errorf("%q: %+v, %v, %v", row.subject, got, ok, err)
		}
		if err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("%q: error %q, want %q in it", row.subject, err, row.err)
		}
	}
}

func FuzzParseEntryRef(f *testing.F) {
	f.Add("stile.v1.gallery.concert.face.enrolment-1")
	f.Add("stile.v1.gallery.concert.manifest")
	f.Fuzz(func(t *testing.T, subject string) {
		ref, ok, err := ParseEntryRef("concert", subject)
		switch {
		case err != nil && ok:
			t.Fatalf("%q: both %+v and %v", subject, ref, err)
		case ok && EntrySubject("concert", ref) != subject:
			t.Fatalf("%q came back as %q", subject, EntrySubject("concert", ref))
		case !ok && err == nil && subject != ManifestSubject("concert"):
			t.Fatalf("%q is taken for the manifest's", subject)
		}
	})
}

func TestGateOf(t *testing.T) {
	for _, row := range []struct {
		subject string
		want    checkin.GateID
		ok      bool
	}{
		{HelloSubject("north"), "north", true},
		{FollowSubject("gate-1"), "gate-1", true},
		{StatusSubject("north"), "north", true},
		{RecordSubject("north", RecordAdmission), "north", true},
		{"stile.v1.gate.north", "", false},
		{"stile.v1.gate..hello", "", false},
		{"stile.v1.gate.North.hello", "", false},
		{"stile.v1.gate.*.hello", "", false},
		{"stile.v1.command.north", "", false},
		{"stile.v2.gate.north.hello", "", false},
		{"", "", false},
	} {
		got, err := GateOf(row.subject)
		if got != row.want || (err == nil) != row.ok {
			t.Errorf("%q: gate %q, %v", row.subject, got, err)
		}
	}
}

func TestDigestIsOfASet(t *testing.T) {
	a, b := EntryRef{EntryFace, "a"}, EntryRef{EntryTicket, "b"}
	digest := func(refs ...EntryRef) (d Digest) {
		for _, ref := range refs {
			d.Toggle(ref, []byte("sealed"))
		}
		return d
	}
	if digest(a, b) != digest(b, a) {
		t.Error("the order counts")
	}
	if digest(a, b, a) != digest(b) {
		t.Error("an entry cannot be taken out")
	}
	if digest(a) == digest(b) || digest(a) == digest() {
		t.Error("the entry does not count")
	}
	var other Digest
	other.Toggle(a, []byte("another version"))
	if other == digest(a) {
		t.Error("the sealed bytes do not count")
	}
	merged := digest(a)
	if merged.Merge(digest(b)); merged != digest(a, b) {
		t.Error("two sets do not merge into one")
	}
}

func FuzzDigest(f *testing.F) {
	f.Add([]byte(knownDigest().String()))
	f.Add([]byte("00"))
	f.Add([]byte(strings.Repeat("zz", 32)))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Digest
		if err := d.UnmarshalText(text); err != nil {
			if d != (Digest{}) {
				t.Fatalf("%q is refused and leaves %s", text, d)
			}
			return
		}
		if out, _ := d.MarshalText(); string(out) != strings.ToLower(string(text)) {
			t.Fatalf("%q came back as %q", text, out)
		}
	})
}

func TestNewIDsAreIdentifiersInOrder(t *testing.T) {
	last := checkin.AdmissionID("")
	for range 1000 {
		id := NewID[checkin.AdmissionID]()
		if err := checkin.CheckID("id", id); err != nil || id <= last {
			t.Fatalf("%s after %s: %v", id, last, err)
		}
		last = id
	}
}
