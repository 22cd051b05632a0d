package checkin

import "regexp"

// Identifiers are opaque tokens. They end up in NATS subjects, bucket keys and
// file names, so only lower-case letters, digits and hyphens are allowed.
type (
	EventID      string
	HolderID     string
	CredentialID string
	EnrolmentID  string
	GateID       string
	LaneID       string
	AdmissionID  string
	PassageID    string
)

var idPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckID reports whether id may serve as an identifier; field names it in the
// error.
func CheckID[T ~string](field string, id T) error {
	if !idPattern.MatchString(string(id)) {
		return Invalid(field, "%q is not an identifier: 1 to 63 of a-z, 0-9 and inner hyphens", string(id))
	}
	return nil
}
