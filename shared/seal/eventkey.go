package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeySize is the length of an event key in bytes.
const KeySize = 32

// ErrOpen means that sealed bytes do not open: another key, another place, or
// damage. Which one cannot be told, by design.
var ErrOpen = errors.New("sealed bytes do not open under this key")

// EventKey seals everything personal of one event. Destroying it is what erases
// the event's templates, wherever their ciphertext may still lie.
type EventKey struct {
	secret []byte
	aead   cipher.AEAD
	ticket []byte
	id     string
}

// NewEventKey makes a random key.
func NewEventKey() *EventKey {
	secret := make([]byte, KeySize)
	rand.Read(secret) // never fails: it ends the program instead
	k, err := EventKeyFrom(secret)
	if err != nil {
		panic(err)
	}
	return k
}

// EventKeyFrom takes over the secret of an existing key; Wipe overwrites it.
func EventKeyFrom(secret []byte) (*EventKey, error) {
	if len(secret) != KeySize {
		return nil, fmt.Errorf("event key has %d bytes, want %d", len(secret), KeySize)
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "stile v1 sealing", KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive sealing key: %w", err)
	}
	defer clear(sealing)
	ticket, err := hkdf.Key(sha256.New, secret, nil, "stile v1 ticket", KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive ticket key: %w", err)
	}
	id, err := hkdf.Key(sha256.New, secret, nil, "stile v1 key id", 8)
	if err != nil {
		return nil, fmt.Errorf("derive key id: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("sealing cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("sealing cipher: %w", err)
	}
	return &EventKey{secret: secret, aead: aead, ticket: ticket, id: hex.EncodeToString(id)}, nil
}

// ID names the key in receipts and certificates and says nothing about it.
func (k *EventKey) ID() string { return k.id }

// Secret returns the key's bytes, to be sealed to a gate. The slice is the key
// itself: Wipe overwrites it.
func (k *EventKey) Secret() []byte { return k.secret }

// Seal encrypts plain with AES-256-GCM under a random nonce, bound to aad.
func (k *EventKey) Seal(plain, aad []byte) []byte { return k.aead.Seal(nil, nil, plain, aad) }

// Open decrypts what Seal made with the same aad. It fails with ErrOpen.
func (k *EventKey) Open(sealed, aad []byte) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// TicketHash returns the keyed hash by which a ticket is looked up. Without the
// key it can be neither made nor guessed from a list of tickets.
func (k *EventKey) TicketHash(secret string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, k.ticket)
	mac.Write([]byte(secret))
	return [sha256.Size]byte(mac.Sum(nil))
}

// Wipe overwrites the key's own bytes. The key must not be used afterwards.
func (k *EventKey) Wipe() {
	clear(k.secret)
	clear(k.ticket)
	k.aead = nil
}
