package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

func openModels(t *testing.T, backend string) *vision.Models {
	t.Helper()
	m, err := vision.Open("../../../deploy/models/manifest.yaml", vision.Options{Backend: backend})
	if err != nil {
		t.Fatalf("%v (run `make setup` first)", err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func quiet(string) {}

// The figures of a tiny run mean nothing; that they are there, and that the
// answers are right, does.
func TestRun(t *testing.T) {
	models, opencv := openModels(t, ""), openModels(t, vision.BackendOpenCV)
	pictures, err := ReadPictures(t.Context(), models, "../../../.cache/samples")
	if err != nil {
		t.Fatalf("%v (run `make setup` first)", err)
	}
	var steps []string
	r, err := Run(t.Context(), models, opencv, pictures[:1], Options{
		Largest: 5000, Peers: t.TempDir(), Progress: func(s string) { steps = append(steps, s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 5 {
		t.Errorf("progress says only %q", steps)
	}
	if len(r.Search) != 1 || r.Search[0].N != 5000 || !r.Search[0].Exact || r.Search[0].Queries < leastRounds {
		t.Errorf("search is %+v", r.Search)
	}
	var text, line bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&line)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"target <= 1.15x", "Search: one probe among 5000", "usearch f32", "not installed"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, text.String())
		}
	}
	if strings.Count(line.String(), "\n") != 1 {
		t.Errorf("want one line of JSON, got %q", line.String())
	}
	var got map[string]any
	if err := json.Unmarshal(line.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	row := got["search"].([]any)[0].(map[string]any)
	for _, object := range []struct {
		name   string
		is     map[string]any
		fields []string
	}{
		{"search", row, []string{"n", "ours_us", "peers", "ratios", "exact", "queries", "absent"}},
		{"peers", row["peers"].(map[string]any), []string{"float32 scan", "gocv.Gemm"}},
		{"ratios", row["ratios"].(map[string]any), []string{"float32 scan", "gocv.Gemm"}},
		{"pipeline", got["pipeline"].(map[string]any), []string{"ms", "bare_ms", "ratio", "allocations", "bytes"}},
		{"inference", got["inference"].(map[string]any), []string{"ms", "opencv_ms", "ratio", "lanes_ratio"}},
		{"enrolment", got["enrolment"].(map[string]any), []string{"photos_per_s", "ratio"}},
		{"memory", got["memory"].(map[string]any), []string{"n", "bytes_per_100k", "ratio"}},
		{"decision", got["decision"].(map[string]any), []string{"n", "p50_ms", "p99_ms", "ratio"}},
	} {
		for _, field := range object.fields {
			if _, there := object.is[field]; !there {
				t.Errorf("%s has no %q: %v", object.name, field, object.is)
			}
		}
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	models := openModels(t, "")
	if _, err := Run(ctx, models, models, make([]Picture, 1), Options{Largest: 1, Progress: quiet}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}

func TestReadPictures(t *testing.T) {
	models := openModels(t, "")
	dir := t.TempDir()
	if _, err := ReadPictures(t.Context(), models, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.jpg"), []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPictures(t.Context(), models, dir); !errors.Is(err, ErrNoPictures) {
		t.Errorf("a folder of no picture: %v", err)
	}
}

// The index and every peer that is installed find whom there is to be found, so
// that their times are of the same work.
func TestPeersFindTheBest(t *testing.T) {
	b := &bencher{Options: Options{Peers: "../../../.cache/peers"}}
	g, err := b.newRows(t.Context(), 3000)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	peers, absent, err := b.openPeers(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d peers, without %q", len(peers), absent)
	for _, p := range append(peers, indexed{g}) {
		for _, row := range []int{0, 1234, 2999} {
			best, took, err := p.search(g.crowd.again(g.row(row), 0.75))
			if err != nil || best != row || took <= 0 {
				t.Errorf("%s: row %d in %v, %v, want row %d", p.name(), best, took, err, row)
			}
		}
	}
	if err := closePeers(peers); err != nil {
		t.Error(err)
	}
}

func TestCrowdIsLikeTemplates(t *testing.T) {
	c := newCrowd(1)
	a, b := make(face.Vector, dimension), make(face.Vector, dimension)
	c.person(a)
	c.person(b)
	if length, other := face.Length(a), face.Compare(a, b); length < 0.749 || length > 1.001 || other > 0.5 {
		t.Errorf("a template has the length %v and scores %v with another", length, other)
	}
	if s := face.Alike(a, c.again(a, 0.75)); s < 0.65 || s > 0.9 {
		t.Errorf("the same person's templates are %v alike, want about 0.75", s)
	}
}

func TestTimings(t *testing.T) {
	three := timings{3, 1, 2}
	if three.median() != 2 || three.quantile(0.99) != 3 || three.quantile(0) != 1 {
		t.Errorf("median %v, p99 %v, least %v", three.median(), three.quantile(0.99), three.quantile(0))
	}
}

func TestMemoryInUse(t *testing.T) {
	before := memoryInUse()
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = 1
	}
	if grown := memoryInUse().since(before); grown < 60<<20 || grown > 90<<20 {
		t.Errorf("64 MiB take %.0f bytes", grown)
	}
	if held[0] != 1 || available() == 0 {
		t.Error("the system does not tell how much memory is available")
	}
}
