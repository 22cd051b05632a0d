package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/config"
	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// What a platform does about its webhook, against a whole server.
func TestPlatformHearsOfAdmissions(t *testing.T) {
	cfg := config.Default()
	cfg.Data, cfg.HTTP, cfg.Bus = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	cfg.Models = filepath.Join("..", "..", "..", "deploy", "models", "manifest.yaml")
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	key, err := a.Data.Auth.CreateKey(ctx, "platform")
	if err != nil {
		t.Fatal(err)
	}
	call := func(method, path, body string, want int) (answer map[string]any) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, method, a.URL()+"/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != want {
			t.Fatalf("%s %s: %s %s, want %d", method, path, resp.Status, data, want)
		}
		json.Unmarshal(data, &answer)
		return answer
	}

	heard := make(chan string, 10)
	platform := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		heard <- r.Header.Get("webhook-id")
	}))
	defer platform.Close()
	now := time.Now()
	at := func(h time.Duration) string { return now.Add(h * time.Hour).Format(time.RFC3339) }
	call("POST", "/events", `{"id":"gala","name":"Gala","doors":"`+at(0)+`","starts":"`+at(1)+`","ends":"`+at(2)+`"}`, 201)
	call("PUT", "/events/other/webhook", `{"url":"https://platform.example"}`, 404)
	if p := call("PUT", "/events/gala/webhook", `{"url":"http://platform.example"}`, 422); p["field"] != "url" {
		t.Errorf("the problem names %v, not url", p["field"])
	}
	first := call("PUT", "/events/gala/webhook", `{"url":"`+platform.URL+`"}`, 200)
	second := call("PUT", "/events/gala/webhook", `{"url":"`+platform.URL+`"}`, 200)
	if s, _ := second["secret"].(string); !strings.HasPrefix(s, "whsec_") || first["secret"] == s {
		t.Errorf("secrets %v and %v", first["secret"], s)
	}
	err = a.Data.DB.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.SaveAdmission(wire.Record{Gate: "north", At: tx.Now(), Admission: &checkin.Admission{
			ID: "a1", Event: "gala", Gate: "north", Lane: "a", At: tx.Now(),
			Means: checkin.MeansTicket, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted,
		}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case id := <-heard:
		if id != "a1" {
			t.Errorf("heard of %q", id)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the platform heard nothing")
	}
	call("DELETE", "/events/gala/webhook", "", 204)
	call("DELETE", "/events/gala/webhook", "", 404)
}
