package webhook

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The vector is the one of Standard Webhooks' own libraries.
func TestSignKnownVector(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Secret(key).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	s := NewSecret()
	if !strings.HasPrefix(s.Text(), "whsec_") || len(s) != secretSize {
		t.Errorf("%q is no secret of %d bytes", s.Text(), secretSize)
	}
	if got := fmt.Sprintf("%s %v", s, s); got != "<secret> <secret>" {
		t.Errorf("printed %q", got)
	}
}

func TestBackOff(t *testing.T) {
	for _, tc := range []struct {
		failures int
		longest  time.Duration
	}{
		{1, time.Second}, {2, 2 * time.Second}, {3, 4 * time.Second}, {9, 256 * time.Second},
		{10, 5 * time.Minute}, {100, 5 * time.Minute}, {1 << 40, 5 * time.Minute},
	} {
		for range 100 {
			if got := backOff(tc.failures); got < tc.longest/2 || got > tc.longest {
				t.Errorf("after %d failures %s, want %s to %s", tc.failures, got, tc.longest/2, tc.longest)
			}
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, tc := range []struct{ address, want string }{
		{"https://platform.example/stile?t=1", ""},
		{"https://10.0.0.7:8443/x", ""},
		{"http://127.0.0.1:9000/x", ""},
		{"http://[::1]:9000", ""},
		{"http://localhost:9000", ""},
		{"http://platform.example/", "must be https"},
		{"http://10.0.0.7/", "must be https"},
		{"http://localhost.example/", "must be https"},
		{"http://127.1/", "must be https"},
		{"ftp://127.0.0.1/", "must be https"},
		{"https://me:hush@platform.example", "holds a user name"},
		{"https://platform.example/#top", "fragment"},
		{"https:///path", "is not an address"},
		{"platform.example", "is not an address"},
		{"", "is not an address"},
		{"https://platform.example/\x00", "is not an address"},
		{"https://platform.example/" + strings.Repeat("a", 3000), "at most 2048"},
	} {
		err := CheckAddress("url", tc.address)
		if tc.want == "" && err != nil {
			t.Errorf("%q: %v", tc.address, err)
		}
		if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%q: got %v, want …%s…", tc.address, err, tc.want)
		}
	}
}
