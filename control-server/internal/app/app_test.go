package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/config"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func configuration(t *testing.T) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.HTTP, cfg.Bus = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	cfg.Models = "../../../deploy/models/manifest.yaml"
	if _, err := os.Stat(filepath.Join(filepath.Dir(cfg.Models), "fr_detect.onnx")); err != nil {
		t.Fatalf("%v (run make setup)", err)
	}
	return cfg
}

// start runs a server; stop ends it and wants it to end cleanly.
func start(t *testing.T, cfg config.Config) (a *App, stop func()) {
	t.Helper()
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return a, func() {
		t.Helper()
		http.DefaultClient.CloseIdleConnections()
		cancel()
		select {
		case err := <-done:
			must(t, err)
		case <-time.After(time.Minute):
			t.Fatal("it does not stop")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call asks the API and reads the answer into out.
func call(t *testing.T, a *App, key, method, path string, body, out any) int {
	t.Helper()
	data, err := json.Marshal(body)
	must(t, err)
	req, err := http.NewRequest(method, a.URL()+"/v1"+path, bytes.NewReader(data))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatalf("%s %s: %s", method, path, answer)
		}
	}
	return resp.StatusCode
}

func gala() map[string]any {
	now := time.Now()
	return map[string]any{"id": "gala", "name": "Gala", "doors": now, "starts": now, "ends": now.Add(time.Hour)}
}

func TestARestartKeepsWhatWasThere(t *testing.T) {
	cfg := configuration(t)
	a, stop := start(t, cfg)
	password, err := a.Data.FirstStart(t.Context())
	must(t, err)
	if len(password) < 20 {
		t.Errorf("the first password is %q", password)
	}
	key, err := a.Data.Auth.CreateKey(t.Context(), "platform")
	must(t, err)
	if status := call(t, a, key, "POST", "/events", gala(), nil); status != http.StatusCreated {
		t.Fatalf("create event: %d", status)
	}
	push := map[string]any{"platform_id": "p", "tickets": []any{map[string]any{"secret": "T-1"}}}
	var holder checkin.HolderStatus
	if status := call(t, a, key, "POST", "/events/gala/holders", push, &holder); status != http.StatusCreated {
		t.Fatalf("push: %d", status)
	}
	before, _ := a.publisher.Manifest("gala")
	stop()

	a, stop = start(t, cfg)
	defer stop()
	if password, err := a.Data.FirstStart(t.Context()); err != nil || password != "" {
		t.Errorf("a second first start: %q, %v", password, err)
	}
	after, ok := a.publisher.Manifest("gala")
	if !ok || after.Epoch <= before.Epoch || after.Digest != before.Digest || after.Tickets != 1 {
		t.Errorf("gallery was %+v, is %+v", before, after)
	}
	var again checkin.HolderStatus
	if status := call(t, a, key, "POST", "/events/gala/holders", push, &again); status != http.StatusOK || again.Holder.ID != holder.Holder.ID {
		t.Errorf("the same push after a restart: %d, %+v", status, again.Holder)
	}
	if status := call(t, a, key, "POST", "/events", gala(), nil); status != http.StatusConflict {
		t.Errorf("the same event again: %d", status)
	}
	if status := call(t, a, key, "POST", "/events/gala/close", nil, nil); status != http.StatusOK {
		t.Errorf("close: %d", status)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(cfg.Data, "bus", "jetstream", "*", "streams", "*gala*"))
		must(t, err)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the bus still has %v", left)
		}
	}
}

// An attempt that made the key and then failed must not burn the event's id.
func TestAnEventWhoseKeyIsLeftOver(t *testing.T) {
	a, stop := start(t, configuration(t))
	defer stop()
	_, err := a.Data.Vault.Create("gala")
	must(t, err)
	key, err := a.Data.Auth.CreateKey(t.Context(), "platform")
	must(t, err)
	if status := call(t, a, key, "POST", "/events", gala(), nil); status != http.StatusCreated {
		t.Errorf("create event: %d", status)
	}
}

func TestNewSaysWhyItCannot(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for name, tt := range map[string]struct {
		edit func(*config.Config)
		want []string
	}{
		"http port in use": {func(c *config.Config) { c.HTTP = taken.Addr().String() }, []string{"http", "address already in use"}},
		"bus port in use":  {func(c *config.Config) { c.Bus = taken.Addr().String() }, []string{"bus", "address already in use"}},
		"data is a file":   {func(c *config.Config) { c.Data = file }, []string{"data folder", file}},
		"data below file":  {func(c *config.Config) { c.Data = filepath.Join(file, "data") }, []string{"data folder", file}},
		"bus is a file": {func(c *config.Config) {
			must(t, os.WriteFile(filepath.Join(c.Data, "bus"), nil, 0o600))
		}, []string{"bus", "not a directory"}},
		"database is a folder": {func(c *config.Config) {
			must(t, os.Mkdir(filepath.Join(c.Data, "stile.db"), 0o700))
		}, []string{"database"}},
		"no manifest": {func(c *config.Config) { c.Models = filepath.Join(file, "m.yaml") }, []string{file}},
		"wrong model": {func(c *config.Config) { c.Models = wrongModels(t, c.Models) }, []string{"fr_detect.onnx", "sha-256 is"}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configuration(t)
			tt.edit(&cfg)
			a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
			if err == nil {
				a.Stop()
				t.Fatal("it was built")
			}
			for _, want := range tt.want {
				if !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
					t.Errorf("%v: want …%s…", err, want)
				}
			}
		})
	}
}

// wrongModels copies the models and damages one.
func wrongModels(t *testing.T, manifest string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(filepath.Dir(manifest))))
	damaged := filepath.Join(dir, "fr_detect.onnx")
	must(t, os.Chmod(damaged, 0o600))
	f, err := os.OpenFile(damaged, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("damage")
	must(t, err)
	must(t, f.Close())
	return filepath.Join(dir, "manifest.yaml")
}

func TestOneServerOnAFolder(t *testing.T) {
	cfg := configuration(t)
	_, stop := start(t, cfg)
	_, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "another control server") {
		t.Errorf("a second server on the folder: %v", err)
	}
	stop()
	_, stop = start(t, cfg)
	stop()
}

func TestAFailedNewLeavesNothingOpen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	cfg := configuration(t)
	probe, err := net.Listen("tcp", "127.0.0.1:0") // a free port for the bus
	must(t, err)
	cfg.Bus, cfg.HTTP = probe.Addr().String(), taken.Addr().String()
	must(t, probe.Close())
	if _, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("built on a taken port")
	}
	must(t, taken.Close())
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	must(t, err) // the bus's port and folder are free again
	must(t, a.Stop())
	must(t, a.Stop()) // stopping twice is no error
	l, err := net.Listen("tcp", cfg.HTTP)
	must(t, err) // and http's, though it never served
	must(t, l.Close())
}

func TestRunEndsWhenItIsStoppedBeforeItBegan(t *testing.T) {
	a, err := New(t.Context(), configuration(t), slog.New(slog.DiscardHandler))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(time.Minute):
		t.Fatal("it runs on")
	}
}

func TestPairing(t *testing.T) {
	a, stop := start(t, configuration(t))
	defer stop()
	key, err := a.Data.Auth.CreateKey(t.Context(), "platform")
	must(t, err)
	var added struct {
		Gate checkin.Gate `json:"gate"`
		Code string       `json:"code"`
	}
	if status := call(t, a, key, "POST", "/gates", map[string]string{"name": "North"}, &added); status != http.StatusCreated || added.Gate.ID != "north" {
		t.Fatalf("add: %d %+v", status, added)
	}
	req := wire.PairRequest{Code: added.Code, NKey: a.Data.Identity.NKey(), XKey: a.Data.Identity.XKey()}
	var reply wire.PairReply
	if status := call(t, a, "", "POST", "/pair", req, &reply); status != http.StatusOK || reply.Gate != "north" || !strings.HasPrefix(reply.Bus, "nats://") {
		t.Errorf("pair: %d %+v", status, reply)
	}
	if status := call(t, a, "", "POST", "/pair", req, nil); status != http.StatusForbidden {
		t.Errorf("the same code again: %d", status)
	}
	if status := call(t, a, key, "POST", fmt.Sprintf("/gates/%s/assign", added.Gate.ID), map[string]string{"event": "ball"}, nil); status != http.StatusNotFound {
		t.Errorf("assign to an unknown event: %d", status)
	}
}
