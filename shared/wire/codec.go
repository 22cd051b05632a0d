package wire

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/openstile/stile/shared/checkin"
)

// Encode writes a message. The messages of this package always encode.
func Encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("wire: %T does not encode: %v", v, err))
	}
	return data
}

// Decode reads a message and refuses trailing bytes. Unknown fields are
// ignored, so that a newer peer can add one.
func Decode[T any](data []byte) (T, error) {
	var v T
	// A json.Decoder would keep a copy of data, which may hold a key or a template.
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("decode %T: %w", v, err)
	}
	return v, nil
}

// NewID makes a UUIDv7: unique everywhere, and in order of time on one machine.
func NewID[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }

// Validate checks a record that arrived from a gate: that it speaks only for
// that gate, and that its kind and its content agree.
func (r Record) Validate(from checkin.GateID) error {
	if err := checkin.CheckID("id", r.ID); err != nil {
		return err
	}
	if r.Gate != from {
		return checkin.Invalid("gate", "%q sent a record of gate %q", from, r.Gate)
	}
	switch {
	case r.Kind == RecordAdmission && r.Admission != nil && r.Passage == nil && r.Receipt == nil:
		a := r.Admission
		return sameGate(from, a.Gate, "admission.id", a.ID)
	case r.Kind == RecordPassage && r.Passage != nil && r.Admission == nil && r.Receipt == nil:
		p := r.Passage
		return sameGate(from, p.Gate, "passage.id", p.ID)
	case r.Kind == RecordReceipt && r.Receipt != nil && r.Admission == nil && r.Passage == nil:
		return nil // its signature decides
	}
	return checkin.Invalid("kind", "%q does not agree with the record's content", string(r.Kind))
}

func sameGate[T ~string](from, gate checkin.GateID, field string, id T) error {
	if gate != from {
		return checkin.Invalid("gate", "%q sent a record of gate %q", from, gate)
	}
	return checkin.CheckID(field, id)
}
