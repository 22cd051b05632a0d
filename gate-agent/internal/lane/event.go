package lane

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Event is something that happened to the lane.
type Event interface{ event() }

// Presented: a person showed a face or a ticket. ID becomes the admission's.
type Presented struct {
	ID           checkin.AdmissionID
	Presentation checkin.Presentation
	Standing     checkin.Standing
}

// ClaimAnswered: the claim that Claim asked for was won, or is somebody else's,
// or could not be taken at all.
type ClaimAnswered struct {
	Claim  Claim
	Answer ClaimAnswer
	// Gate, Lane and At say who holds a taken credential, and since when.
	Gate checkin.GateID
	Lane checkin.LaneID
	At   time.Time
}

// ClaimAnswer is how a claim ended.
type ClaimAnswer string

const (
	ClaimWon         ClaimAnswer = "won"
	ClaimTaken       ClaimAnswer = "taken"
	ClaimUnreachable ClaimAnswer = "unreachable"
)

// Recorded: the admission is in the journal, or could not be written.
type Recorded struct {
	ID checkin.AdmissionID
	OK bool
}

// ReleaseSent: the release bytes are on the wire, or the barrier has certainly
// not given way.
type ReleaseSent struct {
	ID checkin.AdmissionID
	OK bool
}

// PassageSeen: the passage sensor saw one person go through.
type PassageSeen struct{}

// FireContact: the fire panel's contact changed.
type FireContact struct{ Active bool }

// BoardUp and BoardDown: the barrier's board came or went.
type (
	BoardUp   struct{}
	BoardDown struct{}
)

// Tick: time went by. The driver sends one when Deadline is reached.
type Tick struct{}

func (Presented) event()     {}
func (ClaimAnswered) event() {}
func (Recorded) event()      {}
func (ReleaseSent) event()   {}
func (PassageSeen) event()   {}
func (FireContact) event()   {}
func (BoardUp) event()       {}
func (BoardDown) event()     {}
func (Tick) event()          {}
