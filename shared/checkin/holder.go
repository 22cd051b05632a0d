package checkin

import "time"

// Holder is a person entitled to pass, and the data subject. Stile keeps no
// name: the platform's own id is enough to speak with the platform about them.
type Holder struct {
	ID         HolderID  `json:"id"`
	Event      EventID   `json:"event"`
	PlatformID string    `json:"platform_id"`
	Created    time.Time `json:"created"`
}

// Credential is what entitles the holder: one ticket and when it is valid.
type Credential struct {
	ID         CredentialID `json:"id"`
	Holder     HolderID     `json:"holder"`
	ValidFrom  time.Time    `json:"valid_from"`
	ValidUntil time.Time    `json:"valid_until"`
}

// ValidAt reports whether now lies in the credential's window.
func (c Credential) ValidAt(now time.Time) bool {
	return !now.Before(c.ValidFrom) && now.Before(c.ValidUntil)
}

// Consent is the recorded agreement of a holder to face entry at one event.
type Consent struct {
	TextVersion string    `json:"text_version"`
	TextHash    string    `json:"text_hash"` // SHA-256 of the text shown, hex
	Language    string    `json:"language"`  // BCP 47
	Channel     string    `json:"channel"`   // where it was given: a platform's name, or "portal"
	Given       time.Time `json:"given"`
	Withdrawn   time.Time `json:"withdrawn,omitzero"`
}

// Validate checks that the record would stand up: which text, in which
// language, when, and where.
func (c Consent) Validate(now time.Time) error {
	switch {
	case c.TextVersion == "" || len(c.TextVersion) > 64:
		return Invalid("consent.text_version", "is needed, at most 64 bytes, and has %d", len(c.TextVersion))
	case !isSHA256(c.TextHash):
		return Invalid("consent.text_hash", "%q is not a SHA-256 in lower-case hex", c.TextHash)
	case len(c.Language) < 2 || len(c.Language) > 35:
		return Invalid("consent.language", "%q is not a language tag", c.Language)
	case c.Channel == "" || len(c.Channel) > 64:
		return Invalid("consent.channel", "is needed, at most 64 bytes, and has %d", len(c.Channel))
	case c.Given.IsZero():
		return Invalid("consent.given", "is needed")
	case !writable(c.Given):
		return Invalid("consent.given", "%s is no time that can be written", c.Given.Format(time.RFC3339))
	case c.Given.After(now.Add(5 * time.Minute)): // platforms' clocks drift
		return Invalid("consent.given", "%s is in the future", c.Given.Format(time.RFC3339))
	}
	return nil
}

func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return true
}
