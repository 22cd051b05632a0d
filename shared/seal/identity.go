package seal

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/nkeys"
)

// Identity is who a gate or a server is: an Ed25519 key that signs (its nkey)
// and an X25519 key that others seal to (its xkey).
type Identity struct {
	sign, box           nkeys.KeyPair
	nkey, xkey          string
	signSeed, boxedSeed []byte
}

// NewIdentity makes a fresh identity.
func NewIdentity() (*Identity, error) {
	sign, err := nkeys.CreateUser()
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	box, err := nkeys.CreateCurveKeys()
	if err != nil {
		return nil, fmt.Errorf("make sealing key: %w", err)
	}
	return identityOf(sign, box)
}

func identityOf(sign, box nkeys.KeyPair) (*Identity, error) {
	id := &Identity{sign: sign, box: box}
	for _, get := range []func() error{
		func() (err error) { id.nkey, err = sign.PublicKey(); return err },
		func() (err error) { id.xkey, err = box.PublicKey(); return err },
		func() (err error) { id.signSeed, err = sign.Seed(); return err },
		func() (err error) { id.boxedSeed, err = box.Seed(); return err },
	} {
		if err := get(); err != nil {
			return nil, fmt.Errorf("read identity: %w", err)
		}
	}
	return id, nil
}

// LoadIdentity reads the file that Save wrote. A file that others may read is
// refused.
func LoadIdentity(path string) (*Identity, error) {
	data, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	lines := strings.Fields(string(data))
	if len(lines) != 2 {
		return nil, fmt.Errorf("%s: has %d seeds, want 2", path, len(lines))
	}
	sign, err := nkeys.FromSeed([]byte(lines[0]))
	if err != nil {
		return nil, fmt.Errorf("%s: signing seed: %w", path, err)
	}
	box, err := nkeys.FromCurveSeed([]byte(lines[1]))
	if err != nil {
		return nil, fmt.Errorf("%s: sealing seed: %w", path, err)
	}
	return identityOf(sign, box)
}

// LoadOrCreateIdentity reads the identity at path, or makes it when there is no
// such file.
func LoadOrCreateIdentity(path string) (*Identity, error) {
	id, err := LoadIdentity(path)
	if !errors.Is(err, os.ErrNotExist) {
		return id, err
	}
	if id, err = NewIdentity(); err != nil {
		return nil, err
	}
	return id, id.Save(path)
}

// Save writes the seeds to path with mode 0600. It is durable when it returns.
func (id *Identity) Save(path string) error {
	data := fmt.Appendf(nil, "%s\n%s\n", id.signSeed, id.boxedSeed)
	defer clear(data)
	return writeSecret(path, data)
}

// NKey is the public key that checks what Sign made, as NATS writes it (U…).
func (id *Identity) NKey() string { return id.nkey }

// XKey is the public key that others seal to (X…).
func (id *Identity) XKey() string { return id.xkey }

// Sign returns the Ed25519 signature over data.
func (id *Identity) Sign(data []byte) ([]byte, error) { return id.sign.Sign(data) }

// SealTo encrypts data so that only the owner of xkey can open it, and can tell
// who sealed it.
func (id *Identity) SealTo(xkey string, data []byte) ([]byte, error) {
	if !isXKey(xkey) {
		return nil, fmt.Errorf("seal: xkey %q is not a public curve key", xkey)
	}
	sealed, err := id.box.Seal(data, xkey)
	if err != nil {
		return nil, fmt.Errorf("seal to %s: %w", xkey, err)
	}
	return sealed, nil
}

// OpenFrom decrypts what the owner of xkey sealed to this identity. It fails
// with ErrOpen.
func (id *Identity) OpenFrom(xkey string, sealed []byte) ([]byte, error) {
	if !isXKey(xkey) {
		return nil, ErrOpen
	}
	plain, err := id.box.Open(sealed, xkey)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Verify checks an Ed25519 signature made by the identity with that nkey.
func Verify(nkey string, data, signature []byte) error {
	if !isNKey(nkey) {
		return fmt.Errorf("nkey %q is not a public user key", nkey)
	}
	key, err := nkeys.FromPublicKey(nkey)
	if err != nil {
		return fmt.Errorf("nkey %q: %w", nkey, err)
	}
	if err := key.Verify(data, signature); err != nil {
		return fmt.Errorf("signature is not of %s: %w", nkey, err)
	}
	return nil
}

// CheckPublic reports whether the two strings are the public keys of an
// identity.
func CheckPublic(nkey, xkey string) error {
	if !isNKey(nkey) {
		return fmt.Errorf("nkey %q is not a public user key", nkey)
	}
	if !isXKey(xkey) {
		return fmt.Errorf("xkey %q is not a public curve key", xkey)
	}
	return nil
}

// publicKeySize is the length of a public key in text: a prefix byte, 32 bytes
// and a checksum of 2, in base 32. The nkeys library checks no length, and its
// users then panic over keys of another.
const publicKeySize = 56

func isNKey(s string) bool { return len(s) == publicKeySize && nkeys.IsValidPublicUserKey(s) }

func isXKey(s string) bool { return len(s) == publicKeySize && nkeys.IsValidPublicCurveKey(s) }
