package app

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/gate-agent/internal/config"
	"github.com/openstile/stile/gate-agent/internal/journal"
	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/vision"
	"github.com/openstile/stile/shared/wire"
)

const models = "../../../deploy/models"

// paired is the configuration of a gate that is paired with a server which is
// not there.
func paired(t *testing.T) config.Config {
	t.Helper()
	data := t.TempDir()
	identity, err := seal.LoadOrCreateIdentity(filepath.Join(data, identityFile))
	if err != nil {
		t.Fatal(err)
	}
	p := Pairing{Gate: "north", Name: "North", Bus: "nats://127.0.0.1:1", ServerXKey: identity.XKey()}
	if err := os.WriteFile(filepath.Join(data, pairingFile), wire.Encode(p), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Config{Version: 1, Data: data, Models: filepath.Join(models, "manifest.yaml"), Lanes: []config.Lane{{
		ID: "north-1", Name: "North 1", Camera: "sim://" + filepath.Join(data, "sim.sock"),
		Barrier: "sim://?board=waveshare-8ch&wiring=tripod-pulse", Zone: []float64{0.2, 0, 0.8, 1}, MinEyeDistance: 40,
	}}}
}

func newApp(t *testing.T) *App {
	t.Helper()
	a, err := New(paired(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(*testing.T, *config.Config)
		want   []string // all in the error
	}{
		"not paired":      {removed(pairingFile), []string{"not paired", "gate-agent pair"}},
		"no identity":     {removed(identityFile), []string{"identity"}},
		"pairing damaged": {damaged, []string{"pairing", pairingFile}},
		"no models": {func(_ *testing.T, c *config.Config) { c.Models = "nowhere/manifest.yaml" },
			[]string{"nowhere/manifest.yaml"}},
		"another model than promised": {forgedModel, []string{"fr_detect.onnx", "SHA-256"}},
		"two agents":                  {secondAgent, []string{"journal.db", journal.ErrInUse.Error()}},
		"unknown camera": {func(_ *testing.T, c *config.Config) { c.Lanes[0].Camera = "gopher://x" },
			[]string{"lane north-1", "camera", `"gopher"`}},
		"unknown board": {func(_ *testing.T, c *config.Config) { c.Lanes[0].Barrier = "sim://?board=abacus&wiring=open-loop" },
			[]string{"lane north-1", "abacus"}},
		"display's port is taken": {takenPort, []string{"lane north-1", "display", "address already in use"}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := paired(t)
			c.breaks(t, &cfg)
			a, err := New(cfg, slog.New(slog.DiscardHandler))
			if err == nil {
				a.Stop()
				t.Fatal("it was built")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func removed(file string) func(*testing.T, *config.Config) {
	return func(t *testing.T, c *config.Config) {
		if err := os.Remove(filepath.Join(c.Data, file)); err != nil {
			t.Fatal(err)
		}
	}
}

func damaged(t *testing.T, c *config.Config) {
	if err := os.WriteFile(filepath.Join(c.Data, pairingFile), []byte(`{"gate": "nor`), 0o600); err != nil {
		t.Fatal(err)
	}
}

// forgedModel copies the models with a manifest that promises another detector.
func forgedModel(t *testing.T, c *config.Config) {
	dir := t.TempDir()
	from, err := filepath.Abs(models)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"fr_detect.onnx", "fr_landmark.onnx", "fr_feature.onnx", "fr_liveness.onnx", "fr_eye.onnx", "calibration.yaml", "lib"} {
		if err := os.Symlink(filepath.Join(from, file), filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(c.Models)
	if err != nil {
		t.Fatal(err)
	}
	sum := regexp.MustCompile(`sha256: [0-9a-f]{64}`).FindString(string(text))
	forged := strings.Replace(string(text), sum, "sha256: "+strings.Repeat("0", 64), 1)
	c.Models = filepath.Join(dir, "manifest.yaml")
	if err := os.WriteFile(c.Models, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
}

func secondAgent(t *testing.T, c *config.Config) {
	j, err := journal.Open(filepath.Join(c.Data, "journal.db"), journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
}

func takenPort(t *testing.T, c *config.Config) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c.Lanes[0].Display = l.Addr().String()
}

// stuckCamera is a network camera that died: it does not return when told.
type stuckCamera struct {
	camera
	until chan struct{}
}

func (c stuckCamera) Run(context.Context) error { <-c.until; return nil }
func (c stuckCamera) Next(ctx context.Context) (vision.Frame, error) {
	<-ctx.Done()
	return vision.Frame{}, ctx.Err()
}

func TestRunEndsAlthoughACameraIsStuck(t *testing.T) {
	a := newApp(t)
	l := a.lanes[0]
	stuck := stuckCamera{l.camera, make(chan struct{})}
	defer close(stuck.until)
	l.camera = stuck
	ctx, cancel := context.WithCancel(t.Context())
	var released time.Time
	l.driver.changed = func() {
		if state, _ := l.driver.snapshot(); state == lane.Ready {
			if err := l.currentBoard().Release(ctx, pulse); err != nil {
				t.Error(err)
			}
			released = time.Now()
			cancel()
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	<-ctx.Done()
	for l.devices.turnstile.Energised() {
		time.Sleep(10 * time.Millisecond)
	}
	if held := time.Since(released); held > pulse*3/4 {
		t.Errorf("the relay was held for %s of a pulse of %s", held, pulse)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// pulse is the longest that a board takes.
const pulse = 5 * time.Second
