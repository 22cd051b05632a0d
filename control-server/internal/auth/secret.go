package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret makes 256 random bits as text that a double click selects.
func newSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return strings.ToLower(plainBase32.EncodeToString(b[:]))
}

// hashSecret is what is stored in a secret's place. A secret of 256 random bits
// cannot be guessed, so a fast hash without salt is enough, and looking the hash
// up leaks nothing of the secret by its time.
func hashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
