package checkin

import "time"

// Push is what a ticketing platform sends about one holder. Pushing the same
// PlatformID again is the same holder: tickets are added, a new photo replaces
// the template, and what is not mentioned stays.
type Push struct {
	PlatformID string
	Tickets    []Ticket
	Consent    *Consent
	Photo      []byte // JPEG or PNG; lives in memory only
}

// Ticket is one ticket as the platform knows it. The window defaults to the
// event's.
type Ticket struct {
	Secret     string    `json:"secret"` // what the QR code holds
	ValidFrom  time.Time `json:"valid_from,omitzero"`
	ValidUntil time.Time `json:"valid_until,omitzero"`
}

const (
	maxPlatformID   = 128
	maxTickets      = 20
	maxTicketSecret = 512
)

// Validate checks a push for event. A photo without consent is refused whole:
// there is no way to make a template of somebody who did not agree.
func (p Push) Validate(event Event, now time.Time) error {
	if p.PlatformID == "" || len(p.PlatformID) > maxPlatformID {
		return Invalid("platform_id", "is needed, at most %d bytes, and has %d", maxPlatformID, len(p.PlatformID))
	}
	if err := CheckText("platform_id", p.PlatformID); err != nil {
		return err
	}
	if len(p.Tickets) > maxTickets {
		return Invalid("tickets", "%d tickets, at most %d", len(p.Tickets), maxTickets)
	}
	if len(p.Tickets) == 0 && len(p.Photo) == 0 {
		return Invalid("tickets", "a holder needs at least one ticket or a photo")
	}
	for _, t := range p.Tickets {
		if t.Secret == "" || len(t.Secret) > maxTicketSecret {
			return Invalid("tickets.secret", "is needed, at most %d bytes, and has %d", maxTicketSecret, len(t.Secret))
		}
		if err := CheckText("tickets.secret", t.Secret); err != nil {
			return err
		}
		from, until := t.Window(event)
		if !writable(from) {
			return Invalid("tickets.valid_from", "%s is no time that can be written", from.Format(time.RFC3339))
		}
		if !writable(until) {
			return Invalid("tickets.valid_until", "%s is no time that can be written", until.Format(time.RFC3339))
		}
		if !until.After(from) {
			return Invalid("tickets.valid_until", "%s is not after valid_from %s",
				until.Format(time.RFC3339), from.Format(time.RFC3339))
		}
	}
	if p.Consent != nil {
		if err := p.Consent.Validate(now); err != nil {
			return err
		}
	}
	if len(p.Photo) > 0 && p.Consent == nil {
		return Invalid("consent", "is needed with a photo: nobody is enrolled without having agreed")
	}
	return nil
}

// Window returns when the ticket is valid.
func (t Ticket) Window(event Event) (from, until time.Time) {
	from, until = t.ValidFrom, t.ValidUntil
	if from.IsZero() {
		from = event.Doors
	}
	if until.IsZero() {
		until = event.Ends
	}
	return from, until
}

// HolderStatus is what a platform may read back about a holder.
type HolderStatus struct {
	Holder     Holder       `json:"holder"`
	Tickets    []Credential `json:"tickets"`
	Consent    *Consent     `json:"consent,omitempty"`
	Enrolment  *Enrolment   `json:"enrolment,omitempty"`
	Withdrawal *Withdrawal  `json:"withdrawal,omitempty"`
}

// Withdrawal says how far a holder's withdrawal has come: which of the gates
// that held the template have signed for its destruction.
type Withdrawal struct {
	At       time.Time `json:"at"`
	Gates    int       `json:"gates"`    // that held the event's gallery
	Receipts int       `json:"receipts"` // that have wiped it
	// LastGate is the time from the withdrawal to the last receipt so far.
	LastGate time.Duration `json:"last_gate_ns"`
}
