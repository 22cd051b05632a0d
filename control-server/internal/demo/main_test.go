package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The binaries under test.
var serverBinary, gateBinary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stile-binaries-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	serverBinary, gateBinary = filepath.Join(dir, "control-server"), filepath.Join(dir, "gate-agent")
	for _, build := range []*exec.Cmd{
		exec.Command("go", "build", "-o", serverBinary, "../../cmd/control-server"),
		exec.Command("go", "build", "-C", "../../../gate-agent", "-o", gateBinary, "./cmd/gate-agent"),
	} {
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", build, err, out)
			return 1
		}
	}
	return m.Run()
}

func testConfig(t *testing.T, out *bytes.Buffer) Config {
	t.Helper()
	models, err := filepath.Abs("../../../deploy/models/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Server: serverBinary, Gate: gateBinary, Models: models, Samples: "../../../.cache/samples",
		HTTP: "127.0.0.1:0", Out: out,
		Prepare: func(ctx context.Context, config string) (login, password, key string, err error) {
			secret, err := exec.CommandContext(ctx, serverBinary, "key", "--config", config, "test").Output()
			return "", "", strings.TrimSpace(string(secret)), err
		},
	}
}
