package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/openstile/stile/control-server/internal/auth"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/seal"
)

// Data is the data folder: everything that outlives the process.
type Data struct {
	DB       *store.DB
	Vault    *seal.Vault
	Identity *seal.Identity
	Auth     *auth.Auth
}

// OpenData opens the folder, and makes it on first use.
func OpenData(dir string) (_ *Data, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	d := &Data{}
	if d.Vault, err = seal.OpenVault(filepath.Join(dir, "keys")); err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	if d.Identity, err = seal.LoadOrCreateIdentity(filepath.Join(dir, "keys", "server.identity")); err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	if d.DB, err = store.Open(filepath.Join(dir, "stile.db"), time.Now); err != nil {
		return nil, err
	}
	d.Auth = auth.New(d.DB, time.Now)
	return d, nil
}

// Close closes the database.
func (d *Data) Close() error { return d.DB.Close() }

// lockData lets one server at a time run on a folder. The lock is the process's
// own: it is gone with it, however it ends. Commands that only add an account
// need none.
func lockData(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("data folder %s: another control server runs on it", dir)
		}
		return nil, fmt.Errorf("data folder %s: lock: %w", dir, err)
	}
	return f.Close, nil
}
