package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/wire"
)

func TestPair(t *testing.T) {
	data := filepath.Join(t.TempDir(), "new", "folder")
	var asked wire.PairRequest
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		r.Body.Read(body)
		asked, _ = wire.Decode[wire.PairRequest](body)
		w.Write(wire.Encode(wire.PairReply{Gate: "north", Name: "North", Bus: "nats://bus:4222", ServerXKey: "X"}))
	}))
	defer server.Close()
	if _, err := Pair(t.Context(), data, server.URL+"/", "CODE-1"); err != nil {
		t.Fatal(err)
	}
	p, identity, err := LoadPairing(data)
	if err != nil || p.Gate != "north" || p.Bus != "nats://bus:4222" {
		t.Fatalf("%+v, %v", p, err)
	}
	if asked.Code != "CODE-1" || asked.NKey != identity.NKey() || asked.XKey != identity.XKey() {
		t.Errorf("asked with %+v", asked)
	}
	for _, file := range []string{pairingFile, identityFile} {
		if info, err := os.Stat(filepath.Join(data, file)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
}

func TestPairSaysWhatTheServerSaid(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		answer, want string
	}{
		"used code":     {http.StatusUnauthorized, `{"detail":"the code was used","field":"code"}`, "code: the code was used"},
		"no such page":  {http.StatusNotFound, `<html>`, "404"},
		"not Stile":     {http.StatusOK, `<html>`, "decode"},
		"endless words": {http.StatusOK, `"` + strings.Repeat("x", 2*maxPairReply) + `"`, "decode"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				w.Write([]byte(c.answer))
			}))
			defer server.Close()
			data := t.TempDir()
			_, err := Pair(t.Context(), data, server.URL, "CODE-1")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), server.URL) {
				t.Errorf("%v; want %q", err, c.want)
			}
			if _, _, err := LoadPairing(data); err == nil {
				t.Error("the gate believes that it is paired")
			}
		})
	}
}
