package wire

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Hello is what a gate says when it connects.
type Hello struct {
	Software string     `json:"software"`
	Model    string     `json:"model"` // the recogniser's model id; templates of another are refused
	Lanes    []LaneInfo `json:"lanes"`
}

// LaneInfo describes a lane to the server.
type LaneInfo struct {
	ID         checkin.LaneID `json:"id"`
	Name       string         `json:"name"`
	ClosedLoop bool           `json:"closed_loop"` // has a passage sensor
	Simulated  bool           `json:"simulated,omitempty"`
}

// Assignment tells a gate what to serve. It travels sealed from the server's
// X25519 key to the gate's, which also proves who sent it. Without Event the
// gate serves nothing and wipes what it has.
type Assignment struct {
	Gate  checkin.GateID `json:"gate"`
	Name  string         `json:"name"`
	Event *checkin.Event `json:"event,omitempty"`
	// Epoch and Version are the gallery's now: a gate that has not heard of them
	// is behind.
	Epoch   uint64 `json:"epoch,omitempty"`
	Version uint64 `json:"version,omitempty"`
	// EventKey opens the gallery; KeyID names it in receipts. After KeyExpires
	// the gate wipes both by itself, whether or not it hears from the server.
	EventKey   []byte    `json:"event_key,omitempty"`
	KeyID      string    `json:"key_id,omitempty"`
	KeyExpires time.Time `json:"key_expires,omitzero"`
	ServerTime time.Time `json:"server_time"`
	// Purge lists the events whose key this gate was given and for whose
	// destruction its receipt is still wanted.
	Purge []checkin.EventID `json:"purge,omitempty"`
}

// Follow asks for a consumer of the gallery of an event, from a sequence on.
type Follow struct {
	Event checkin.EventID `json:"event"`
	From  uint64          `json:"from"` // first stream sequence wanted; 0 is the start
}

// ErrorHeader marks an answer that is a Reply with an Error instead of the
// document that was asked for.
const ErrorHeader = "Stile-Error"

// Reply answers a request that carries no document. An empty Error is success.
type Reply struct {
	Error string `json:"error,omitempty"`
}

// Status is a gate's state, published every StatusEvery and at every change.
type Status struct {
	Gate    checkin.GateID  `json:"gate"`
	At      time.Time       `json:"at"`
	Event   checkin.EventID `json:"event,omitempty"`
	Gallery GalleryStatus   `json:"gallery"`
	Lanes   []LaneStatus    `json:"lanes"`
	// Unsent is how many journal records wait for the bus.
	Unsent int `json:"unsent"`
	// Conditions are the gate's own faults; lanes carry theirs.
	Conditions []Condition `json:"conditions,omitempty"`
}

// StatusEvery is the heartbeat. A gate that is silent for two of them is shown
// as such.
const StatusEvery = time.Second

// GalleryStatus is what a gate holds. Right is false while its digest differs
// from the manifest's; faces are then not searched.
type GalleryStatus struct {
	Epoch   uint64    `json:"epoch"`
	Version uint64    `json:"version"`
	Faces   int       `json:"faces"`
	Tickets int       `json:"tickets"`
	Digest  Digest    `json:"digest"`
	Right   bool      `json:"right"`
	Synced  time.Time `json:"synced,omitzero"` // when it was last known to be right
}

// LaneStatus is one lane as staff need to see it.
type LaneStatus struct {
	LaneInfo
	State      string       `json:"state"` // ready, deciding, released, evacuate, out_of_service
	Works      string       `json:"works"` // face, qr_online, qr_offline, staff: the best that works now
	Last       *LastOutcome `json:"last,omitempty"`
	Conditions []Condition  `json:"conditions,omitempty"`
}

// LastOutcome is the newest decision on a lane.
type LastOutcome struct {
	At      time.Time       `json:"at"`
	Means   checkin.Means   `json:"means"`
	Outcome checkin.Outcome `json:"outcome"`
	Reason  checkin.Reason  `json:"reason"`
}

// Condition is a named fault that is present now.
type Condition struct {
	Name  string    `json:"name"` // e.g. camera_down
	Text  string    `json:"text"` // plain words, safe to show: what is wrong and what to do
	Since time.Time `json:"since"`
}

// RecordKind is the kind of a journal record.
type RecordKind string

const (
	RecordAdmission RecordKind = "admission"
	RecordPassage   RecordKind = "passage"
	RecordReceipt   RecordKind = "receipt"
)

// Record is one line of a gate's journal on its way to the store. ID is a
// UUIDv7 made on the gate; the same ID is stored once however often it arrives.
type Record struct {
	ID   string         `json:"id"`
	Kind RecordKind     `json:"kind"`
	Gate checkin.GateID `json:"gate"`
	At   time.Time      `json:"at"`
	// ClockOffset is the server's clock minus the gate's, as last measured, and
	// ClockBound how wrong that may be.
	ClockOffset time.Duration `json:"clock_offset_ns"`
	ClockBound  time.Duration `json:"clock_bound_ns"`

	Admission *checkin.Admission `json:"admission,omitempty"`
	Passage   *checkin.Passage   `json:"passage,omitempty"`
	Receipt   *SignedReceipt     `json:"receipt,omitempty"`
}

// SignedReceipt is a receipt as the gate signed it: Body is the JSON of a
// checkin.Receipt, byte for byte, and Signature the gate's Ed25519 over it.
type SignedReceipt struct {
	Body      []byte `json:"body"`
	Signature []byte `json:"signature"`
}

// Claim is the value in the claim bucket: who holds a credential's one use.
type Claim struct {
	Admission checkin.AdmissionID `json:"admission"`
	Gate      checkin.GateID      `json:"gate"`
	Lane      checkin.LaneID      `json:"lane"`
	At        time.Time           `json:"at"`
	Confirmed bool                `json:"confirmed"`
}

// PairRequest is what a gate posts to pair: the one-time code and its public
// keys. The private halves never leave the gate.
type PairRequest struct {
	Code string `json:"code"`
	NKey string `json:"nkey"`
	XKey string `json:"xkey"`
}

// PairReply tells a paired gate who it is and where the bus is.
type PairReply struct {
	Gate       checkin.GateID `json:"gate"`
	Name       string         `json:"name"`
	Bus        string         `json:"bus"`         // NATS URL
	ServerXKey string         `json:"server_xkey"` // the only sender of Assignments to believe
}
