package checkin

import "time"

// Gate is one place with its agent. Its keys are made on the gate at pairing;
// the server knows only their public halves.
type Gate struct {
	ID      GateID    `json:"id"`
	Name    string    `json:"name"`
	Event   EventID   `json:"event,omitempty"` // the event it serves now
	NKey    string    `json:"nkey,omitempty"`  // identity: signs receipts, logs in to the bus
	XKey    string    `json:"xkey,omitempty"`  // the event key is sealed to it
	Created time.Time `json:"created"`
	Paired  time.Time `json:"paired,omitzero"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// Operator is a member of staff who may log in to the console.
type Operator struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Counts are an event's books at one moment.
type Counts struct {
	Holders          int            `json:"holders"`
	Enrolled         int            `json:"enrolled"`
	AdmittedByFace   int            `json:"admitted_by_face"`
	AdmittedByTicket int            `json:"admitted_by_ticket"`
	Denied           map[Reason]int `json:"denied"`
	Passages         int            `json:"passages"`    // completed
	Unconfirmed      int            `json:"unconfirmed"` // of those, on lanes without sensors
	Abandoned        int            `json:"abandoned"`
	Incidents        int            `json:"incidents"` // tailgated and unsolicited
}

// Receipt is a gate's word that it has destroyed templates: one after a
// withdrawal, all after a purge. It travels signed, so that anyone can check it.
type Receipt struct {
	ID        string      `json:"id"`
	Kind      ReceiptKind `json:"kind"`
	Event     EventID     `json:"event"`
	Gate      GateID      `json:"gate"`
	Enrolment EnrolmentID `json:"enrolment,omitempty"` // set for a withdrawal
	Epoch     uint64      `json:"epoch"`
	Count     int         `json:"count"` // templates destroyed by this act
	Left      int         `json:"left"`  // templates of the event still held after it
	KeyID     string      `json:"key_id"`
	At        time.Time   `json:"at"`
}

// ReceiptKind says what was destroyed.
type ReceiptKind string

const (
	ReceiptWithdrawal ReceiptKind = "withdrawal"
	ReceiptPurge      ReceiptKind = "purge"
)
