package demo

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadme walks the way that the README shows, command by command, on ports
// that are free. Only the build is left out: the binaries are there.
func TestReadme(t *testing.T) {
	project, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	free := freePorts(t, dir, "127.0.0.1:8080", "127.0.0.1:4222", "127.0.0.1:8091")

	for from, to := range map[string]string{
		serverBinary:                            "bin/control-server",
		gateBinary:                              "bin/gate-agent",
		filepath.Join(project, "deploy/models"): "deploy/models",
		filepath.Join(project, ".cache"):        ".cache",
	} {
		to = filepath.Join(dir, to)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"deploy/examples/control-server.yaml", "deploy/examples/gate.yaml"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(free.Replace(read(t, filepath.Join(project, name)))), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	blocks := regexp.MustCompile("(?s)```sh walk\n(.*?)```").FindAllStringSubmatch(read(t, filepath.Join(project, "README.md")), -1)
	if len(blocks) < 4 {
		t.Fatalf("the README has %d blocks to walk", len(blocks))
	}
	script := "set -euo pipefail\ntrap 'kill $(jobs -p); wait' EXIT\nmake() { :; }\n"
	for _, b := range blocks {
		script += b[1]
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	walk := exec.CommandContext(ctx, "bash", "-c", free.Replace(script))
	walk.Dir = dir
	walk.Cancel = func() error { return walk.Process.Signal(os.Interrupt) }
	walk.WaitDelay = 20 * time.Second
	out, err := walk.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, said := range []string{`with the password`, `"several_faces"`, `Paired as gate "North"`, `gallery wiped`} {
		if !strings.Contains(string(out), said) {
			t.Errorf("the way never says %q:\n%s", said, out)
		}
	}
}

// freePorts replaces addresses by free ones, and the simulated lane's socket by
// one in dir.
func freePorts(t *testing.T, dir string, addresses ...string) *strings.Replacer {
	t.Helper()
	pairs := []string{"/tmp/stile-north-1.sock", filepath.Join(dir, "lane.sock")}
	for _, a := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		pairs = append(pairs, a, l.Addr().String())
	}
	return strings.NewReplacer(pairs...)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
