package auth

import (
	"strings"
	"testing"
)

func TestPasswordHash(t *testing.T) {
	one, two := hashPassword("correct horse"), hashPassword("correct horse")
	if one == two {
		t.Error("two hashes share a salt")
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("not the PHC format: %s", one)
	}
	for _, hash := range []string{one, two} {
		if !checkPassword(hash, "correct horse") || checkPassword(hash, "correct horsf") {
			t.Errorf("%s tells passwords wrongly apart", hash)
		}
	}
}

// The reference implementation's own example (github.com/P-H-C/phc-winner-argon2,
// password "password", salt "somesalt", t=2, m=64 MiB, p=1).
func TestPasswordHashOfOthers(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !checkPassword(hash, "password") {
		t.Error("a right hash was refused")
	}
}

func FuzzParseHash(f *testing.F) {
	const good = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	f.Add(good)
	for _, change := range []struct{ old, new string }{
		{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"t=2", "t=0"}, {"p=1", "p=0"}, {"m=19456", "m=4294967295"}, {"c29t", "!"}, {"CTFh", ""},
	} {
		f.Add(strings.Replace(good, change.old, change.new, 1))
	}
	f.Fuzz(func(t *testing.T, hash string) {
		c, _, want, err := parseHash(hash)
		if err != nil {
			return
		}
		if c.passes < 1 || c.threads < 1 || c.memory > most.memory || len(want) != hashLen {
			t.Errorf("%q was accepted", hash)
		}
	})
}
