package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/openstile/stile/shared/checkin"
)

// Vault is the folder of event keys, apart from the database: a copy of the
// database without it is noise. Each key lies in a file of its own, sealed
// under the server key.
type Vault struct {
	dir    string
	server *EventKey
}

const (
	serverKeyFile = "server.key"
	keySuffix     = ".key"
)

// ErrKeyDestroyed means that an event's key is gone, and with it everything
// that it sealed.
var ErrKeyDestroyed = errors.New("the event key has been destroyed")

// OpenVault opens the vault at dir, and makes it with a new server key when
// there is none.
func OpenVault(dir string) (*Vault, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	path := filepath.Join(dir, serverKeyFile)
	secret, err := readSecret(path)
	if errors.Is(err, os.ErrNotExist) {
		secret = make([]byte, KeySize)
		rand.Read(secret)
		err = writeSecret(path, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("open vault: server key: %w", err)
	}
	server, err := EventKeyFrom(secret)
	if err != nil {
		return nil, fmt.Errorf("open vault: %s: %w", path, err)
	}
	return &Vault{dir: dir, server: server}, nil
}

// Create makes the key of a new event. It is durable when Create returns.
func (v *Vault) Create(event checkin.EventID) (*EventKey, error) {
	if _, err := os.Stat(v.path(event)); err == nil {
		return nil, fmt.Errorf("event %s already has a key", event)
	}
	key := NewEventKey()
	if err := writeSecret(v.path(event), v.server.Seal(key.secret, vaultAAD(event))); err != nil {
		return nil, fmt.Errorf("store key of event %s: %w", event, err)
	}
	return key, nil
}

// Load reads an event's key. It fails with ErrKeyDestroyed when there is none.
func (v *Vault) Load(event checkin.EventID) (*EventKey, error) {
	sealed, err := os.ReadFile(v.path(event))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrKeyDestroyed
	}
	if err != nil {
		return nil, fmt.Errorf("load key of event %s: %w", event, err)
	}
	secret, err := v.server.Open(sealed, vaultAAD(event))
	if err != nil {
		return nil, fmt.Errorf("load key of event %s: %w", event, err)
	}
	return EventKeyFrom(secret)
}

// Destroy overwrites the key's file, makes that durable, and removes it. What
// the key sealed cannot be opened any more. Destroying twice is no error.
func (v *Vault) Destroy(event checkin.EventID) error {
	path := v.path(event)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroy key of event %s: %w", event, err)
	}
	if err := overwrite(path, info.Size()); err != nil {
		return fmt.Errorf("destroy key of event %s: %w", event, err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("destroy key of event %s: %w", event, err)
	}
	return syncDir(v.dir)
}

func (v *Vault) path(event checkin.EventID) string {
	return filepath.Join(v.dir, "event-"+string(event)+keySuffix)
}

func vaultAAD(event checkin.EventID) []byte { return []byte("stile vault|" + string(event)) }
