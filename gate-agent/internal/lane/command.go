package lane

import (
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Command is something the driver must do.
type Command interface{ command() }

// Claim asks for the credential's use; the driver answers with ClaimAnswered.
// Local asks the gate's own journal, because the bus could not be reached.
type Claim struct {
	ID         checkin.AdmissionID
	Event      checkin.EventID
	Credential checkin.CredentialID
	Local      bool
}

// Record writes the admission to the journal. For an admission that admits, the
// driver answers with Recorded; a denial needs no answer.
type Record struct{ Admission checkin.Admission }

// Release energises the barrier; the driver answers with ReleaseSent. It is
// only ever ordered after Recorded.
type Release struct {
	ID    checkin.AdmissionID
	Pulse time.Duration
	// Before is when the decision goes stale: the bytes must be on the wire by
	// then, or never.
	Before time.Time
}

// RecordPassage writes what followed.
type RecordPassage struct{ Passage checkin.Passage }

// Confirm makes the claim final; GiveBack frees it.
type (
	Confirm  struct{ Claim Claim }
	GiveBack struct{ Claim Claim }
)

// Show changes the attendee's screen.
type Show struct{ Screen Screen }

// Screen is what the attendee is told: only ever what to do next.
type Screen string

const (
	ScreenIdle     Screen = "idle"
	ScreenPass     Screen = "thank-you"
	ScreenTicket   Screen = "show-ticket"
	ScreenStaff    Screen = "see-staff"
	ScreenClosed   Screen = "closed"
	ScreenEvacuate Screen = "evacuate"
)

func (Claim) command()         {}
func (Record) command()        {}
func (Release) command()       {}
func (RecordPassage) command() {}
func (Confirm) command()       {}
func (GiveBack) command()      {}
func (Show) command()          {}
