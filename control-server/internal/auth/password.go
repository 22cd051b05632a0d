package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// cost is what one guess at a password takes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// The first choice of OWASP's password storage cheat sheet for argon2id.
var today = cost{memory: 19 * 1024, passes: 2, threads: 1}

// The most that a stored hash may ask for.
var most = cost{memory: 256 * 1024, passes: 16, threads: 8}

const (
	saltLen = 16 // bytes
	hashLen = 32 // bytes
)

// busy bounds how many passwords are hashed at a time, and with it the memory
// that a flood of logins can take.
var busy = make(chan struct{}, 2)

// hashPassword returns the hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func hashPassword(password string) string {
	salt := make([]byte, saltLen)
	rand.Read(salt)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		today.memory, today.passes, today.threads,
		base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(today.derive(password, salt)))
}

// checkPassword reports whether the hash is of the password. A hash that cannot
// be read is of none.
func checkPassword(hash, password string) bool {
	c, salt, want, err := parseHash(hash)
	if err != nil || len(password) > maxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(c.derive(password, salt), want) == 1
}

func (c cost) derive(password string, salt []byte) []byte {
	busy <- struct{}{}
	defer func() { <-busy }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, hashLen)
}

func parseHash(hash string) (c cost, salt, want []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errors.New("not an argon2id hash of this version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, fmt.Errorf("cost %q: %w", parts[3], err)
	}
	if c.passes < 1 || c.threads < 1 || c.memory > most.memory || c.passes > most.passes || c.threads > most.threads {
		return c, nil, nil, fmt.Errorf("cost %q is out of bounds", parts[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("salt: %w", err)
	}
	if want, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(want) != hashLen {
		return c, nil, nil, fmt.Errorf("hash is not %d bytes in base64", hashLen)
	}
	return c, salt, want, nil
}

// nobody is the hash of a password that nobody knows.
var nobody = sync.OnceValue(func() string { return hashPassword(newSecret()) })
