package wire

import (
	"fmt"
	"strings"

	"github.com/openstile/stile/shared/checkin"
)

// Version is the contract's version. It is part of every subject, so that two
// versions can live on one bus while gates are updated.
const Version = "v1"

const root = "stile." + Version + "."

// What a gate sends travels below its own name, so that its permissions are one
// line and nobody can speak as another gate.

// GateSubjects is everything a gate may publish of its own.
func GateSubjects(gate checkin.GateID) string { return root + "gate." + string(gate) + ".>" }

// HelloSubject is where a gate asks for its assignment (request and reply).
func HelloSubject(gate checkin.GateID) string { return root + "gate." + string(gate) + ".hello" }

// FollowSubject is where a gate asks for a consumer of its gallery (request and
// reply).
func FollowSubject(gate checkin.GateID) string { return root + "gate." + string(gate) + ".follow" }

// StatusSubject carries a gate's Status.
func StatusSubject(gate checkin.GateID) string { return root + "gate." + string(gate) + ".status" }

// RecordSubject carries one Record of a gate's journal into RecordStream.
func RecordSubject(gate checkin.GateID, kind RecordKind) string {
	return root + "gate." + string(gate) + ".record." + string(kind)
}

// CommandSubject is where a gate listens for sealed Assignments.
func CommandSubject(gate checkin.GateID) string { return root + "command." + string(gate) }

// Subjects that the control server listens on.
const (
	AnyHello  = root + "gate.*.hello"
	AnyFollow = root + "gate.*.follow"
	AnyStatus = root + "gate.*.status"
	AnyRecord = root + "gate.*.record.>"
)

// GateOf returns the gate that a subject of the form stile.v1.gate.GATE.…
// belongs to. The bus has checked that the sender is that gate.
func GateOf(subject string) (checkin.GateID, error) {
	rest, ok := strings.CutPrefix(subject, root+"gate.")
	gate, _, more := strings.Cut(rest, ".")
	if !ok || !more {
		return "", fmt.Errorf("subject %q is not a gate's", subject)
	}
	id := checkin.GateID(gate)
	if err := checkin.CheckID("gate", id); err != nil {
		return "", fmt.Errorf("subject %q: %w", subject, err)
	}
	return id, nil
}

// RecordStream is the JetStream stream that holds gates' records until the
// control server has stored them.
const RecordStream = "STILE_RECORDS"

// GalleryStream names the stream of an event's sealed gallery.
func GalleryStream(event checkin.EventID) string { return "STILE_GALLERY_" + string(event) }

// GallerySubjects is everything in an event's gallery stream.
func GallerySubjects(event checkin.EventID) string { return root + "gallery." + string(event) + ".>" }

// ManifestSubject carries the sealed Manifest.
func ManifestSubject(event checkin.EventID) string {
	return root + "gallery." + string(event) + ".manifest"
}

// EntrySubject carries one sealed Entry; an empty message is its tombstone.
func EntrySubject(event checkin.EventID, ref EntryRef) string {
	return root + "gallery." + string(event) + "." + string(ref.Kind) + "." + ref.ID
}

// ClaimBucket names the key-value bucket of an event's claims.
func ClaimBucket(event checkin.EventID) string { return "STILE_CLAIMS_" + string(event) }

// ConsumerName names the consumer that the control server makes for a gate to
// follow a gallery.
func ConsumerName(gate checkin.GateID) string { return "gate-" + string(gate) }

// InboxPrefix keeps a gate's replies apart from every other gate's.
func InboxPrefix(gate checkin.GateID) string { return "_INBOX_" + string(gate) }
