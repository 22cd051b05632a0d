package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// Secret signs what one webhook sends. It prints as <secret>.
type Secret []byte

// secretSize is in bytes; Standard Webhooks want 24 to 64.
const secretSize = 32

// NewSecret makes a random secret.
func NewSecret() Secret {
	s := make(Secret, secretSize)
	rand.Read(s)
	return s
}

// Text is the secret as the receiver is told it.
func (s Secret) Text() string { return "whsec_" + base64.StdEncoding.EncodeToString(s) }

// String keeps the secret out of logs.
func (s Secret) String() string { return "<secret>" }

// sign makes the webhook-signature header.
func (s Secret) sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, s)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
