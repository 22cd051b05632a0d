package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/openstile/stile/shared/checkin"
)

// EntryKind says what a gallery entry holds.
type EntryKind string

const (
	EntryFace   EntryKind = "face"   // a template; ID is the enrolment's
	EntryTicket EntryKind = "ticket" // a credential; ID is the credential's
)

// EntryRef names one entry of an event's gallery.
type EntryRef struct {
	Kind EntryKind
	ID   string
}

// ParseEntryRef reads the reference out of an entry's subject. ok is false for
// the manifest's subject.
func ParseEntryRef(event checkin.EventID, subject string) (ref EntryRef, ok bool, err error) {
	rest, found := strings.CutPrefix(subject, root+"gallery."+string(event)+".")
	if !found {
		return EntryRef{}, false, fmt.Errorf("subject %q is not in the gallery of event %q", subject, event)
	}
	if rest == "manifest" {
		return EntryRef{}, false, nil
	}
	kind, id, _ := strings.Cut(rest, ".")
	ref = EntryRef{EntryKind(kind), id}
	if ref.Kind != EntryFace && ref.Kind != EntryTicket {
		return EntryRef{}, false, fmt.Errorf("subject %q: entry kind %q is unknown", subject, kind)
	}
	if err := checkin.CheckID("entry", id); err != nil {
		return EntryRef{}, false, fmt.Errorf("subject %q: %w", subject, err)
	}
	return ref, true, nil
}

// AAD binds a sealed entry to its event and its place, so that it cannot be
// replayed under another name.
func (r EntryRef) AAD(event checkin.EventID) []byte {
	return []byte(Version + "|" + string(event) + "|" + string(r.Kind) + "|" + r.ID)
}

// ManifestAAD binds a sealed manifest to its event.
func ManifestAAD(event checkin.EventID) []byte {
	return []byte(Version + "|" + string(event) + "|manifest")
}

// FaceEntry is what a sealed face entry holds.
type FaceEntry struct {
	Holder checkin.HolderID `json:"holder"`
	Model  string           `json:"model"`
	// Template is a face.Vector in its stored form (face.Encode).
	Template []byte `json:"template"`
	// LookAlike marks a face that is too much like another of this gallery: it
	// is recognised, and asked for the ticket.
	LookAlike bool `json:"look_alike,omitempty"`
}

// TicketEntry is what a sealed ticket entry holds. The ticket's secret is there
// only as a keyed hash, so that a gate holds nothing that could be printed as a
// ticket.
type TicketEntry struct {
	Credential checkin.Credential `json:"credential"`
	SecretHash []byte             `json:"secret_hash"`
}

// Manifest says what the gallery must be: a gate whose own digest differs knows
// that it is wrong.
type Manifest struct {
	Event   checkin.EventID `json:"event"`
	Epoch   uint64          `json:"epoch"`   // rises when the stream is filled anew
	Version uint64          `json:"version"` // rises with every change
	Faces   int             `json:"faces"`
	Tickets int             `json:"tickets"`
	Digest  Digest          `json:"digest"`
	Crowd
}

// Crowd says how alike the people of a gallery are.
type Crowd struct {
	// Shift is how much higher strangers reach here than the calibration of the
	// recogniser says; see face.Calibration.
	Shift float64 `json:"shift,omitempty"`
	// LookAlikes counts the faces that are marked as such.
	LookAlikes int `json:"look_alikes,omitempty"`
}

// Digest is an order-free digest of a set of entries: the XOR of the SHA-256 of
// each, so that a change costs the same in a gallery of any size.
type Digest [sha256.Size]byte

// Toggle adds an entry to the set, or takes it out again.
func (d *Digest) Toggle(ref EntryRef, sealed []byte) {
	h := sha256.New()
	h.Write([]byte(string(ref.Kind) + "." + ref.ID + "\x00"))
	h.Write(sealed)
	d.Merge(Digest(h.Sum(nil)))
}

// Merge toggles every entry of another set.
func (d *Digest) Merge(other Digest) {
	for i, b := range other {
		d[i] ^= b
	}
}

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the digest in hex.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return fmt.Errorf("digest %q is not %d bytes in hex", text, len(d))
	}
	copy(d[:], raw)
	return nil
}
