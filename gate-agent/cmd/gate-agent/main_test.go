package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	lane := "lanes: [{id: a, camera: 'sim:///tmp/a', barrier: 'sim://?board=lcus-2&wiring=open-loop'}]\n"
	models := "../../../deploy/models/manifest.yaml"
	good := write("good.yaml", "version: 1\ndata: "+filepath.Join(dir, "data")+"\n"+lane)
	misspelt := write("misspelt.yaml", "version: 1\nlane: []\n")
	zone := write("zone.yaml", "version: 1\nlanes: [{id: a, camera: 'sim:///tmp/a', barrier: 'sim://', zone: [2, 0, 1, 1]}]\n")
	for name, c := range map[string]struct {
		args []string
		code int
		want string // in what is printed
	}{
		"nothing":           {nil, 2, "Usage:"},
		"--help":            {[]string{"--help"}, 0, "gate-agent pair"},
		"help":              {[]string{"help"}, 0, "gate-agent run"},
		"help of run":       {[]string{"run", "--help"}, 0, "--config FILE"},
		"help of pair":      {[]string{"pair", "--help"}, 0, "works once"},
		"unknown command":   {[]string{"fly"}, 2, `no command "fly"`},
		"unknown flag":      {[]string{"run", "--fast"}, 2, "-fast"},
		"run without":       {[]string{"run"}, 2, "--config is needed"},
		"run with too much": {[]string{"run", "--config", good, "extra"}, 2, `want 0 arguments, got 1: ["extra"]`},
		"pair without code": {[]string{"pair", "--config", good, "--server", "http://x"}, 2, "want 1 arguments"},
		"pair, no server":   {[]string{"pair", "--config", good, "CODE"}, 2, "--server is needed"},
		"no such file":      {[]string{"run", "--config", filepath.Join(dir, "none.yaml")}, 1, "none.yaml"},
		"misspelt key":      {[]string{"run", "--config", misspelt}, 1, "field lane not found"},
		"absurd zone":       {[]string{"run", "--config", zone}, 1, "lanes[0]: zone: [2 0 1 1]"},
		"not paired":        {[]string{"run", "--config", good}, 1, "not paired"},
		"eval of nothing":   {[]string{"eval", dir}, 1, "has no folder with JPEG or PNG photos"},
		"help of bench":     {[]string{"bench", "--help"}, 0, "each against a peer"},
		"bench of nothing":  {[]string{"bench", "--models", models, "--photos", dir}, 1, "`make setup` fetches sample pictures"},
		"bench of nobody":   {[]string{"bench", "--largest", "0"}, 1, "--largest 0"},
		"bench in no time":  {[]string{"bench", "--each", "-1s"}, 1, "--each -1s"},
		"nobody answers":    {[]string{"pair", "--config", good, "--server", "http://127.0.0.1:1", "CODE"}, 1, "pair with http://127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			if code := run(t.Context(), c.args, &out, &errOut); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			said, silent := errOut.String(), out.String()
			if c.code == 0 {
				said, silent = silent, said
			}
			if !strings.Contains(said, c.want) || silent != "" {
				t.Errorf("it says %q, and %q where it must be silent; want %q", said, silent, c.want)
			}
		})
	}
}
