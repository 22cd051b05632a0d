package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestEventKeyOpensOnlyItsOwn(t *testing.T) {
	key, other := NewEventKey(), NewEventKey()
	sealed := key.Seal([]byte("template"), []byte("place"))
	if bytes.Contains(sealed, []byte("template")) {
		t.Fatal("sealed bytes hold the plain text")
	}
	if plain, err := key.Open(sealed, []byte("place")); err != nil || string(plain) != "template" {
		t.Fatalf("got %q, %v", plain, err)
	}
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another key":   func() ([]byte, error) { return other.Open(sealed, []byte("place")) },
		"another place": func() ([]byte, error) { return key.Open(sealed, []byte("elsewhere")) },
		"damage":        func() ([]byte, error) { return key.Open(damaged, []byte("place")) },
		"nothing":       func() ([]byte, error) { return key.Open(nil, []byte("place")) },
	} {
		if _, err := try(); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
	}
}

func TestEventKeyIsTheSameWhereverItIsLoaded(t *testing.T) {
	key := NewEventKey()
	again, err := EventKeyFrom(bytes.Clone(key.Secret()))
	if err != nil {
		t.Fatal(err)
	}
	if key.ID() != again.ID() || key.TicketHash("T-1") != again.TicketHash("T-1") {
		t.Error("two copies of one key disagree")
	}
	if key.TicketHash("T-1") == key.TicketHash("T-2") || key.TicketHash("T-1") == NewEventKey().TicketHash("T-1") {
		t.Error("ticket hashes collide")
	}
	key.Wipe()
	if !bytes.Equal(key.Secret(), make([]byte, KeySize)) {
		t.Error("the secret survived Wipe")
	}
}

func TestVault(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := v.Create("gala")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Create("gala"); err == nil {
		t.Error("a second key for one event")
	}
	reopened, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := reopened.Load("gala"); err != nil || got.ID() != key.ID() {
		t.Fatalf("loaded %v, %v", got, err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		if bytes.Contains(data, key.Secret()) {
			t.Errorf("%s holds the event key in clear", f)
		}
		if info, _ := os.Stat(f); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f, info.Mode())
		}
	}
	for range 2 {
		if err := v.Destroy("gala"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Load("gala"); !errors.Is(err, ErrKeyDestroyed) {
		t.Errorf("after Destroy: %v", err)
	}
}

func TestIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	gate, err := LoadOrCreateIdentity(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreateIdentity(path)
	if err != nil || again.NKey() != gate.NKey() || again.XKey() != gate.XKey() {
		t.Fatalf("reloaded identity differs: %v", err)
	}
	server, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := gate.Sign([]byte("receipt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(gate.NKey(), []byte("receipt"), signature); err != nil {
		t.Error(err)
	}
	if Verify(server.NKey(), []byte("receipt"), signature) == nil || Verify(gate.NKey(), []byte("other"), signature) == nil {
		t.Error("a wrong signature was accepted")
	}
	sealed, err := server.SealTo(gate.XKey(), []byte("assignment"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.OpenFrom(server.XKey(), sealed); err != nil || string(plain) != "assignment" {
		t.Errorf("got %q, %v", plain, err)
	}
	stranger, _ := NewIdentity()
	if _, err := gate.OpenFrom(stranger.XKey(), sealed); !errors.Is(err, ErrOpen) {
		t.Errorf("a stranger's assignment: %v", err)
	}
	if err := CheckPublic(gate.NKey(), gate.XKey()); err != nil {
		t.Error(err)
	}
	if CheckPublic(gate.XKey(), gate.NKey()) == nil {
		t.Error("swapped keys were accepted")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadIdentity(path); err == nil {
		t.Error("an identity that others may read was accepted")
	}
}
