package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/control-server/internal/app"
	"github.com/openstile/stile/control-server/internal/config"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // on either stream
	}{
		{"nothing", nil, 2, "Usage:"},
		{"help", []string{"help"}, 0, "Usage:"},
		{"--help", []string{"--help"}, 0, "Usage:"},
		{"help of a command", []string{"serve", "--help"}, 0, ""},
		{"unknown command", []string{"sreve"}, 2, `"sreve"`},
		{"unknown flag", []string{"serve", "--fast"}, 2, ""},
		{"too many arguments", []string{"serve", "now"}, 2, ""},
		{"too few arguments", []string{"key"}, 2, ""},
		{"no such file", []string{"serve", "--config", filepath.Join(dir, "absent.yaml")}, 1, "absent.yaml"},
		{"unknown setting", []string{"serve", "--config", file("a.yaml", "version: 1\nhtpp: x\n")}, 1, "htpp"},
		{"bad address", []string{"serve", "--config", file("b.yaml", "http: nowhere\n")}, 1, `http: "nowhere"`},
		{"bad version", []string{"serve", "--config", file("c.yaml", "version: 9\n")}, 1, "version: 9"},
		{"bad zone", []string{"key", "--config", file("d.yaml", "zone: Mars/Olympus\n"), "x"}, 1, `zone: "Mars/Olympus"`},
		{"bad number", []string{"user", "--config", file("e.yaml", "enrolments: 0\n"), "x"}, 1, "enrolments: 0"},
		{"bad public address", []string{"serve", "--config", file("f.yaml", "public: example.org\n")}, 1, `public: "example.org"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(t.Context(), tt.args, &out, &errOut)
			if code != tt.code || !strings.Contains(out.String()+errOut.String(), tt.want) {
				t.Errorf("code %d, said %q %q; want %d, …%s…", code, out.String(), errOut.String(), tt.code, tt.want)
			}
		})
	}
}

// Keys and operators are made in the data folder of a server that runs.
func TestAccountsWhileAServerRuns(t *testing.T) {
	models, err := filepath.Abs("../../../deploy/models/manifest.yaml")
	must(t, err)
	if _, err := os.Stat(filepath.Join(filepath.Dir(models), "fr_detect.onnx")); err != nil {
		t.Fatalf("%v (run make setup)", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "server.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, "data: %s\nmodels: %s\nhttp: 127.0.0.1:0\nbus: 127.0.0.1:0\n", filepath.Join(dir, "data"), models), 0o600))
	cfg, err := config.Load(file)
	must(t, err)
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	defer func() {
		cancel()
		must(t, <-done)
	}()

	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"key", "--config", file, "shop"}, &out, &errOut); code != 0 {
		t.Fatalf("key: %d %s", code, &errOut)
	}
	if name, err := a.Data.Auth.CheckKey(t.Context(), strings.TrimSpace(out.String())); err != nil || name != "shop" {
		t.Errorf("the server knows the key as %q, %v", name, err)
	}
	if code := run(t.Context(), []string{"key", "--config", file, "shop"}, &out, &errOut); code != 1 || !strings.Contains(errOut.String(), "shop") {
		t.Errorf("the same name again: %d %s", code, &errOut)
	}

	input, err := os.Create(filepath.Join(dir, "password"))
	must(t, err)
	defer input.Close()
	_, err = input.WriteString("a long enough password\n")
	must(t, err)
	_, err = input.Seek(0, 0)
	must(t, err)
	stdin := os.Stdin
	os.Stdin = input
	defer func() { os.Stdin = stdin }()
	out.Reset()
	if code := run(t.Context(), []string{"user", "--config", file, "robin"}, &out, &errOut); code != 0 || !strings.Contains(out.String(), "robin") {
		t.Errorf("user: %d %s %s", code, &out, &errOut)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
