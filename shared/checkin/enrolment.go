package checkin

import "time"

// Enrolment is the record of making a template from a holder's samples. The
// template itself is sealed and never part of it.
type Enrolment struct {
	ID      EnrolmentID     `json:"id"`
	Event   EventID         `json:"event"`
	Holder  HolderID        `json:"holder"`
	State   EnrolmentState  `json:"state"`
	Reasons []QualityReason `json:"reasons,omitempty"`
	Model   string          `json:"model,omitempty"`
	Quality Quality         `json:"quality,omitempty"`
	Created time.Time       `json:"created"`
	Ended   time.Time       `json:"ended,omitzero"`
}

// EnrolmentState is where an enrolment stands.
type EnrolmentState string

const (
	EnrolmentActive    EnrolmentState = "enrolled"  // the gates know the face
	EnrolmentRefused   EnrolmentState = "refused"   // the photo was not good enough; Reasons says why
	EnrolmentReplaced  EnrolmentState = "replaced"  // a newer sample took its place
	EnrolmentWithdrawn EnrolmentState = "withdrawn" // the holder took it back
	EnrolmentPurged    EnrolmentState = "purged"    // the event ended
)

// Quality is how well a sample serves recognition, 0 to 1. It is never
// compared with a Score.
type Quality float64

// QualityReason is one thing that is wrong with a sample. The measures are
// named after ISO/IEC 29794-5.
type QualityReason struct {
	Code string `json:"code"` // e.g. "blurred"
	Hint string `json:"hint"` // plain words: what to do
}
