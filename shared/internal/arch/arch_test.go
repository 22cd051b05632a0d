package arch

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "github.com/openstile/stile/"

type pkg struct {
	ImportPath  string
	Dir         string
	Standard    bool
	GoFiles     []string
	CgoFiles    []string
	TestGoFiles []string
	Imports     []string
}

// workspace lists the project's own packages.
func workspace(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Standard,GoFiles,CgoFiles,TestGoFiles,Imports", "work")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list work: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, root)
		all = append(all, p)
	}
	if len(all) < 30 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}

// home is the packages that may import a dependency, and why only they.
type home struct {
	dependency string // import path or its beginning
	homes      []string
	because    string
}

var homes = []home{
	// The benchmark compares the search with OpenCV's matrix product.
	{"gocv.io/x/gocv", []string{"shared/vision", "gate-agent/internal/camera", "gate-agent/internal/bench"}, "pixels are touched in one place, and captured in one"},
	{"github.com/yalue/onnxruntime_go", []string{"shared/vision"}, "models run behind one small interface"},
	{"go.bug.st/serial", []string{"gate-agent/internal/barrier", "gate-agent/internal/reader"}, "only boards and scanners hang on serial ports"},
	{"github.com/grid-x/", []string{"gate-agent/internal/barrier"}, "Modbus is one board's dialect"},
	{"github.com/creack/pty", []string{"gate-agent/internal/sim"}, "only simulated devices need a pty"},
	{"github.com/nats-io/nats.go", []string{"gate-agent/internal/uplink", "control-server/internal/bus"}, "each binary has one package that knows NATS"},
	{"github.com/nats-io/nats-server", []string{"control-server/internal/bus"}, "there is one embedded server"},
	{"github.com/nats-io/nkeys", []string{"shared/seal"}, "keys are handled in one place"},
	{"github.com/gofiber/fiber", []string{
		"control-server/internal/web", "control-server/internal/api", "control-server/internal/portal",
		"control-server/internal/console", "gate-agent/internal/display",
	}, "HTTP ends at the surfaces"},
	{"github.com/mattn/go-sqlite3", []string{"control-server/internal/store", "gate-agent/internal/journal"}, "SQL is written in two places"},
	{"go.yaml.in/yaml", []string{"shared/strict"}, "what people write is decoded strictly, everywhere alike"},
	{"github.com/google/uuid", []string{"shared/wire"}, "ids are made in one place"},
	{"golang.org/x/crypto", []string{"control-server/internal/auth"}, "passwords are hashed in one place"},
	{"golang.org/x/image", []string{"gate-agent/internal/sim"}, "only footage is drawn"},
	{"golang.org/x/sys", []string{"gate-agent/internal/app", "gate-agent/internal/sim", "shared/face"}, "the process protects its memory, a pty is made raw, and a search asks what the processor can do"},
	{"rsc.io/qr", []string{"gate-agent/internal/sim"}, "only simulated tickets are drawn"},
	{"github.com/chromedp/", []string{"control-server/internal/web/webtest"}, "only tests drive a browser"},
}

func TestEveryDependencyHasAHome(t *testing.T) {
	used := map[string]bool{}
	for _, p := range workspace(t) {
		for _, imported := range p.Imports {
			if !strings.Contains(strings.Split(imported, "/")[0], ".") || strings.HasPrefix(imported, root) {
				continue // the standard library, or ours
			}
			i := slices.IndexFunc(homes, func(h home) bool { return strings.HasPrefix(imported, h.dependency) })
			if i < 0 {
				t.Errorf("%s imports %s, which has no home: give it one here, with the reason", p.ImportPath, imported)
				continue
			}
			used[homes[i].dependency] = true
			if !slices.Contains(homes[i].homes, p.ImportPath) {
				t.Errorf("%s imports %s; its home is %v, because %s", p.ImportPath, imported, homes[i].homes, homes[i].because)
			}
		}
	}
	for _, h := range homes {
		if !used[h.dependency] {
			t.Errorf("%s has a home and nobody imports it", h.dependency)
		}
	}
}

// edges lists what may not import what, and why.
var edges = []struct {
	from, to string // beginnings of paths
	except   []string
	because  string
}{
	{"shared/checkin", root, nil, "the domain stands alone"},
	{"shared/", root + "gate-agent", nil, "what is shared knows no binary"},
	{"shared/", root + "control-server", nil, "what is shared knows no binary"},
	{"gate-agent/", root + "control-server", nil, "the binaries meet only in shared"},
	{"control-server/", root + "gate-agent", nil, "the binaries meet only in shared"},
	{"gate-agent/internal/", root + "gate-agent/internal/", []string{
		"gate-agent/internal/app -> *",
		"* -> gate-agent/internal/lane", // the core: its devices say that they fit
	}, "a leaf knows no other leaf: app puts them together"},
	{"control-server/internal/", root + "control-server/internal/", []string{
		"control-server/internal/app -> *",
		// A transaction spans nouns; an interface would only copy its signatures.
		"control-server/internal/enrol -> control-server/internal/store",
		"control-server/internal/gallery -> control-server/internal/store",
		"control-server/internal/gates -> control-server/internal/store",
		"control-server/internal/ingest -> control-server/internal/store",
		"control-server/internal/purge -> control-server/internal/store",
		// What people are to each other is the desk's own memory, as plain as a map.
		"control-server/internal/enrol -> control-server/internal/crowd",
		// The surfaces share one HTTP port, and the console renders live's board.
		"control-server/internal/api -> control-server/internal/web",
		"control-server/internal/portal -> control-server/internal/web",
		"control-server/internal/console -> control-server/internal/web",
		"control-server/internal/console -> control-server/internal/live",
	}, "a leaf knows no other leaf: app puts them together"},
}

func TestForbiddenImports(t *testing.T) {
	for _, p := range workspace(t) {
		for _, imported := range p.Imports {
			for _, e := range edges {
				if !strings.HasPrefix(p.ImportPath+"/", e.from) || !strings.HasPrefix(imported, e.to) {
					continue
				}
				to := strings.TrimPrefix(imported, root)
				if slices.Contains(e.except, p.ImportPath+" -> "+to) || slices.Contains(e.except, p.ImportPath+" -> *") ||
					slices.Contains(e.except, "* -> "+to) {
					continue
				}
				t.Errorf("%s imports %s: %s", p.ImportPath, to, e.because)
			}
		}
	}
}

// impure are the packages by which a decision could depend on anything but its
// arguments.
var impure = []string{"os", "net", "net/http", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "sync", "io/fs"}

func TestDecisionsArePure(t *testing.T) {
	for _, p := range workspace(t) {
		if p.ImportPath != "shared/checkin" && p.ImportPath != "gate-agent/internal/lane" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(impure, imported) {
				t.Errorf("%s imports %s: a decision depends on nothing but what it is given", p.ImportPath, imported)
			}
		}
		for _, name := range p.GoFiles {
			if call := clockOrGoroutine(t, filepath.Join(p.Dir, name)); call != "" {
				t.Errorf("%s/%s has %s: time comes in as an argument", p.ImportPath, name, call)
			}
		}
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	for _, p := range workspace(t) {
		var with []string
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				with = append(with, name)
			}
		}
		if len(p.GoFiles)+len(p.CgoFiles) > 0 && len(with) != 1 {
			t.Errorf("%s has package comments in %v, want exactly one", p.ImportPath, with)
		}
	}
}
