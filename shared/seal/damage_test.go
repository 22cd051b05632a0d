package seal

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nkeys"
)

func FuzzOpen(f *testing.F) {
	key := NewEventKey()
	good := key.Seal([]byte("template"), []byte("place"))
	for _, seed := range [][]byte{nil, good, good[:len(good)-1], good[1:], make([]byte, 28)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := key.Open(sealed, []byte("place"))
		if bytes.Equal(sealed, good) {
			if err != nil || string(plain) != "template" {
				t.Errorf("got %q, %v", plain, err)
			}
		} else if !errors.Is(err, ErrOpen) {
			t.Errorf("opened %x: %v", sealed, err)
		}
	})
}

func FuzzOpenFrom(f *testing.F) {
	gate, err := NewIdentity()
	if err != nil {
		f.Fatal(err)
	}
	good, err := gate.SealTo(gate.XKey(), []byte("assignment"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, gate.XKey())
	f.Add(good[:30], gate.XKey())
	f.Add([]byte("xkv1"), "X")
	f.Add([]byte(nil), "")
	f.Fuzz(func(t *testing.T, sealed []byte, xkey string) {
		if plain, err := gate.OpenFrom(xkey, sealed); err == nil && string(plain) != "assignment" {
			t.Errorf("opened %x as %q", sealed, plain)
		} else if err != nil && !errors.Is(err, ErrOpen) {
			t.Error(err)
		}
	})
}

func FuzzLoadIdentity(f *testing.F) {
	path := filepath.Join(f.TempDir(), "identity")
	id, err := LoadOrCreateIdentity(path)
	if err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{nil, good, good[:20], []byte("SU SX"), []byte("a b c"), bytes.Repeat([]byte("S"), 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "identity")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		loaded, err := LoadIdentity(path)
		if bytes.Equal(data, good) && (err != nil || loaded.NKey() != id.NKey()) {
			t.Errorf("its own file: %v", err)
		}
		if err != nil {
			return
		}
		if _, err := loaded.Sign([]byte("receipt")); err != nil {
			t.Errorf("loaded, and cannot sign: %v", err)
		}
	})
}

// A crash between writing a new file and giving it its name leaves the old
// state and a file that nobody reads.
func TestVaultAfterACrash(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := v.Create("gala")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-123"), []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Load("gala"); err != nil || got.ID() != key.ID() {
		t.Errorf("after a crash: %v, %v", got, err)
	}
	if _, err := again.Create("expo"); err != nil {
		t.Errorf("a new event after a crash: %v", err)
	}
}

// A key file that is damaged is not taken for one that was destroyed.
func TestVaultDamage(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Create("gala"); err != nil {
		t.Fatal(err)
	}
	for _, content := range [][]byte{nil, []byte("short"), make([]byte, 60)} {
		if err := os.WriteFile(v.path("gala"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Load("gala"); !errors.Is(err, ErrOpen) || errors.Is(err, ErrKeyDestroyed) {
			t.Errorf("%d bytes: %v", len(content), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, serverKeyFile), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenVault(dir); err == nil {
		t.Error("a server key of five bytes was accepted")
	}
}

func TestVaultRefusesAKeyThatOthersMayRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenVault(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, serverKeyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenVault(dir); err == nil {
		t.Error("a server key that others may read was accepted")
	}
}

// Keys with a true checksum and a wrong length come from outside.
func TestPublicKeysOfAnotherLength(t *testing.T) {
	id, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 31, 33, 64} {
		nkey := encodeKey(byte(nkeys.PrefixByteUser), make([]byte, size))
		xkey := encodeKey(byte(nkeys.PrefixByteCurve), make([]byte, size))
		if err := Verify(nkey, []byte("nonce"), make([]byte, 64)); err == nil {
			t.Errorf("%d bytes: a signature was accepted", size)
		}
		if _, err := id.SealTo(xkey, []byte("assignment")); err == nil {
			t.Errorf("%d bytes: sealed", size)
		}
		if CheckPublic(nkey, id.XKey()) == nil || CheckPublic(id.NKey(), xkey) == nil {
			t.Errorf("%d bytes: a public key", size)
		}
	}
}

// encodeKey writes a public key as NATS does, whatever its length.
func encodeKey(prefix byte, key []byte) string {
	raw := append([]byte{prefix}, key...)
	var crc uint16 // CRC-16/XMODEM
	for _, b := range raw {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(binary.LittleEndian.AppendUint16(raw, crc))
}
