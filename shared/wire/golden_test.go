package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata. A difference is a change of the
// contract between binaries of different versions.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with -update to make it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed:\n%s\nwant\n%s", name, got, want)
	}
}

var (
	when   = time.Date(2026, 6, 1, 19, 0, 0, 123e6, time.UTC)
	someID = "019078a0-1b2c-7def-8123-456789abcdef"
	event  = checkin.Event{
		ID: "concert", Name: "Concert", Doors: when, Starts: when.Add(time.Hour), Ends: when.Add(4 * time.Hour),
		Policy: checkin.DefaultPolicy,
	}
	lane       = LaneInfo{ID: "n1", Name: "North 1", ClosedLoop: true, Simulated: true}
	credential = checkin.Credential{ID: "ticket", Holder: "holder", ValidFrom: when, ValidUntil: when.Add(time.Hour)}
	condition  = Condition{Name: "camera_down", Text: "The camera is gone. Plug it in.", Since: when}
)

func record(kind RecordKind) Record {
	return Record{ID: someID, Kind: kind, Gate: "north", At: when, ClockOffset: 12 * time.Millisecond, ClockBound: 3 * time.Millisecond}
}

func admissionRecord() Record {
	r := record(RecordAdmission)
	r.Admission = &checkin.Admission{
		ID: checkin.AdmissionID(someID), Event: "concert", Gate: "north", Lane: "n1", At: when,
		Means: checkin.MeansFace, Outcome: checkin.Denied, Reason: checkin.ReasonAlreadyUsed,
		Holder: "holder", Credential: "ticket", Suspect: true, Offline: true,
		ElsewhereGate: "south", ElsewhereLane: "s1", ElsewhereAt: when,
	}
	return r
}

func passageRecord() Record {
	r := record(RecordPassage)
	r.Passage = &checkin.Passage{
		ID: checkin.PassageID(someID), Admission: "admission", Event: "concert", Gate: "north", Lane: "n1", At: when,
		Outcome: checkin.PassageCompleted, Confirmed: true, FrameToRelease: 250 * time.Millisecond,
	}
	return r
}

func receiptRecord() Record {
	r := record(RecordReceipt)
	r.Receipt = &SignedReceipt{Body: []byte(`{"id":"r"}`), Signature: []byte("signature")}
	return r
}

func knownDigest() (d Digest) {
	d.Toggle(EntryRef{EntryFace, "enrolment-1"}, []byte("sealed face"))
	d.Toggle(EntryRef{EntryTicket, "ticket-1"}, []byte("sealed ticket"))
	return d
}

// One of each message, with every field set.
func messages() map[string]any {
	return map[string]any{
		"hello":  Hello{Software: "1.2.3", Model: "recogniser-1", Lanes: []LaneInfo{lane}},
		"follow": Follow{Event: "concert", From: 42},
		"reply":  Reply{Error: "no such event"},
		"assignment": Assignment{
			Gate: "north", Name: "North", Event: &event, Epoch: 3, Version: 9, EventKey: []byte("0123456789abcdef0123456789abcdef"),
			KeyID: "0011223344556677", KeyExpires: when, ServerTime: when, Purge: []checkin.EventID{"festival"},
		},
		"assignment_none": Assignment{Gate: "north", Name: "North", ServerTime: when},
		"status": Status{
			Gate: "north", At: when, Event: "concert", Unsent: 7, Conditions: []Condition{condition},
			Gallery: GalleryStatus{Epoch: 3, Version: 9, Faces: 1, Tickets: 1, Digest: knownDigest(), Right: true, Synced: when},
			Lanes: []LaneStatus{{
				LaneInfo: lane, State: "ready", Works: "face", Conditions: []Condition{condition},
				Last: &LastOutcome{At: when, Means: checkin.MeansFace, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted},
			}},
		},
		"record_admission": admissionRecord(),
		"record_passage":   passageRecord(),
		"record_receipt":   receiptRecord(),
		"receipt": checkin.Receipt{
			ID: someID, Kind: checkin.ReceiptWithdrawal, Event: "concert", Gate: "north", Enrolment: "enrolment-1",
			Epoch: 3, Count: 1, Left: 11, KeyID: "0011223344556677", At: when,
		},
		"claim":        Claim{Admission: checkin.AdmissionID(someID), Gate: "north", Lane: "n1", At: when, Confirmed: true},
		"pair_request": PairRequest{Code: "ABCD-1234", NKey: "nkey", XKey: "xkey"},
		"pair_reply":   PairReply{Gate: "north", Name: "North", Bus: "nats://127.0.0.1:4222", ServerXKey: "xkey"},
		"face_entry":   FaceEntry{Holder: "holder", Model: "recogniser-1", Template: []byte("template"), LookAlike: true},
		"ticket_entry": TicketEntry{Credential: credential, SecretHash: []byte("hash")},
		"manifest": Manifest{
			Event: "concert", Epoch: 3, Version: 9, Faces: 1, Tickets: 1, Digest: knownDigest(),
			Crowd: Crowd{Shift: 0.0125, LookAlikes: 4},
		},
	}
}

func TestMessagesAreGolden(t *testing.T) {
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			data := Encode(m)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, data, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			golden(t, name+".json", pretty.Bytes())

			back := reflect.New(reflect.TypeOf(m))
			if err := json.Unmarshal(pretty.Bytes(), back.Interface()); err != nil {
				t.Fatal(err)
			}
			if got := back.Elem().Interface(); !reflect.DeepEqual(got, m) {
				t.Errorf("came back as\n%+v, want\n%+v", got, m)
			}
		})
	}
}

func TestSubjectsAreGolden(t *testing.T) {
	face, ticket := EntryRef{EntryFace, "enrolment-1"}, EntryRef{EntryTicket, "ticket-1"}
	golden(t, "subjects.txt", []byte(strings.Join([]string{
		"gate      " + GateSubjects("north"),
		"hello     " + HelloSubject("north") + "  " + AnyHello,
		"follow    " + FollowSubject("north") + "  " + AnyFollow,
		"status    " + StatusSubject("north") + "  " + AnyStatus,
		"admission " + RecordSubject("north", RecordAdmission) + "  " + AnyRecord,
		"passage   " + RecordSubject("north", RecordPassage),
		"receipt   " + RecordSubject("north", RecordReceipt),
		"command   " + CommandSubject("north"),
		"inbox     " + InboxPrefix("north"),
		"gallery   " + GallerySubjects("concert"),
		"manifest  " + ManifestSubject("concert") + "  " + string(ManifestAAD("concert")),
		"face      " + EntrySubject("concert", face) + "  " + string(face.AAD("concert")),
		"ticket    " + EntrySubject("concert", ticket) + "  " + string(ticket.AAD("concert")),
		"streams   " + RecordStream + "  " + GalleryStream("concert"),
		"claims    " + ClaimBucket("concert"),
		"consumer  " + ConsumerName("north"),
		"",
	}, "\n")))
}

func TestDigestIsGolden(t *testing.T) {
	golden(t, "digest.txt", []byte(knownDigest().String()+"\n"))
}
