package checkin

import (
	"strings"
	"time"
)

// Event is what people come to. Everything belongs to one.
type Event struct {
	ID     EventID   `json:"id"`
	Name   string    `json:"name"`
	Doors  time.Time `json:"doors"`
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"`
	Policy Policy    `json:"policy"`
	// Closed is when the event was closed and its key destroyed; zero while open.
	Closed time.Time `json:"closed,omitzero"`
}

// Policy is what the organiser chose for an event.
type Policy struct {
	Match    MatchMode    `json:"match"`
	Liveness LivenessMode `json:"liveness"`
	Offline  OfflineMode  `json:"offline"`
	// FPIR is the wanted false positive identification rate: the share of
	// people who are not in the gallery that may be taken for somebody who is.
	FPIR float64 `json:"fpir"`
}

// MatchMode says what faces are used for.
type MatchMode string

const (
	MatchIdentify MatchMode = "identify" // 1:N search of the gallery
	MatchNone     MatchMode = "none"     // tickets only
)

// LivenessMode says what follows from a presentation attack verdict.
type LivenessMode string

const (
	LivenessOff    LivenessMode = "off"
	LivenessWarn   LivenessMode = "warn"   // admit, and mark the admission
	LivenessRefuse LivenessMode = "refuse" // ask for the ticket
)

// OfflineMode says what a lane may do when claims cannot be taken on the bus.
type OfflineMode string

const (
	OfflineAdmit  OfflineMode = "admit"  // face and ticket; reconcile later
	OfflineTicket OfflineMode = "ticket" // ticket only
	OfflineDeny   OfflineMode = "deny"   // nobody
)

// DefaultPolicy is used for what a platform does not say.
var DefaultPolicy = Policy{
	Match:    MatchIdentify,
	Liveness: LivenessRefuse,
	Offline:  OfflineTicket,
	FPIR:     0.003,
}

// The longest span an event may cover. A template lives for one event, so an
// event without an end would be a template without an end.
const maxEventLength = 31 * 24 * time.Hour

// writable reports whether t can be written as RFC 3339 in every time zone: a
// year of five digits, which one zone's midnight can be in another, cannot.
func writable(t time.Time) bool {
	year := t.UTC().Year()
	return year > 0 && year < 9999
}

// Validate checks an event that somebody wants to create.
func (e Event) Validate() error {
	if err := CheckID("id", e.ID); err != nil {
		return err
	}
	if name := strings.TrimSpace(e.Name); name == "" || len(name) > 120 {
		return Invalid("name", "is needed, at most 120 bytes, and has %d", len(name))
	}
	if err := CheckText("name", e.Name); err != nil {
		return err
	}
	switch {
	case e.Doors.IsZero():
		return Invalid("doors", "is needed")
	case e.Starts.Before(e.Doors):
		return Invalid("starts", "%s is before doors %s", e.Starts.Format(time.RFC3339), e.Doors.Format(time.RFC3339))
	case !e.Ends.After(e.Starts):
		return Invalid("ends", "%s is not after starts %s", e.Ends.Format(time.RFC3339), e.Starts.Format(time.RFC3339))
	case !writable(e.Doors):
		return Invalid("doors", "%s is no time that can be written", e.Doors.Format(time.RFC3339))
	case !writable(e.Ends):
		return Invalid("ends", "%s is no time that can be written", e.Ends.Format(time.RFC3339))
	case e.Ends.Sub(e.Doors) > maxEventLength:
		return Invalid("ends", "%s is more than 31 days after doors", e.Ends.Format(time.RFC3339))
	}
	return e.Policy.Validate()
}

// Validate checks that every choice is one that Stile knows.
func (p Policy) Validate() error {
	switch p.Match {
	case MatchIdentify, MatchNone:
	default:
		return Invalid("policy.match", "%q is none of identify, none", string(p.Match))
	}
	switch p.Liveness {
	case LivenessOff, LivenessWarn, LivenessRefuse:
	default:
		return Invalid("policy.liveness", "%q is none of off, warn, refuse", string(p.Liveness))
	}
	switch p.Offline {
	case OfflineAdmit, OfflineTicket, OfflineDeny:
	default:
		return Invalid("policy.offline", "%q is none of admit, ticket, deny", string(p.Offline))
	}
	if !(p.FPIR >= 0.0001 && p.FPIR <= 0.1) { // the negated form also catches NaN
		return Invalid("policy.fpir", "%g is outside 0.0001 to 0.1", p.FPIR)
	}
	return nil
}
