package eval

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func TestThresholdKeepsToTheRate(t *testing.T) {
	scores := []face.Score{0.1, 0.2, 0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	for fpir, want := range map[float64]int{0: 0, 0.05: 0, 0.1: 1, 0.3: 3, 0.6: 5, 1: 10} {
		limit, reached := threshold(scores, fpir), 0
		for _, s := range scores {
			if s >= limit {
				reached++
			}
		}
		if reached != want {
			t.Errorf("FPIR %v: %d of 10 strangers reach %.3f, want %d", fpir, reached, limit, want)
		}
	}
}

func TestTrial(t *testing.T) {
	x, y, z := face.Vector{1, 0, 0}, face.Vector{0, 1, 0}, face.Vector{0, 0, 1}
	gallery, probes := trial([]sampled{
		{Person{Name: "two photos"}, []face.Vector{x, x}},
		{Person{Name: "no face at the lane"}, []face.Vector{y, nil}},
		{Person{Name: "no face at enrolment"}, []face.Vector{nil, x}},
		{Person{Name: "stranger"}, []face.Vector{z}},
	}, 1)
	g := measure("all", identify(gallery, probes))
	if len(gallery) != 2 || g.Mated != 2 || g.NonMated != 1 {
		t.Fatalf("%d references, %d mated and %d non-mated probes, want 2, 2, 1", len(gallery), g.Mated, g.NonMated)
	}
	if g.Rank1 != 0.5 || g.Rates[0].FNIR != 0.5 {
		t.Errorf("rank 1 is %v and FNIR %v, want 0.5: one of two has no face", g.Rank1, g.Rates[0].FNIR)
	}
}

func TestReport(t *testing.T) {
	r := Report{Photos: 1, Gallery: 2, answers: []answer{{mated: true, correct: true, score: 0.9}, {mated: true, score: 0.3}, {score: 0.4}, {score: 0.2}}}
	r.All = measure("all", r.answers)
	var out, svg bytes.Buffer
	if err := errors.Join(r.WriteJSON(&out), r.WriteSVG(&svg)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		FNIR map[string]float64 `json:"fnir"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"0.1", "0.03", "0.01", "0.003"} {
		if got.FNIR[key] != 0.5 {
			t.Errorf("FNIR at %s is %v, want 0.5", key, got.FNIR[key])
		}
	}
	for d := xml.NewDecoder(&svg); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the curve is no XML: %v", err)
		}
	}
	if empty := measure("all", nil); !math.IsNaN(empty.Rank1) || (Report{All: empty}).WriteJSON(&out) != nil {
		t.Error("a report of nothing cannot be written")
	}
}

func TestReadPeople(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadPeople(dir); err == nil {
		t.Error("an empty folder: no error")
	}
	for _, name := range []string{"b/2.jpg", "b/1.PNG", "b/note.txt", "a/1.jpg"} {
		put(t, filepath.Join(dir, name), "")
	}
	put(t, filepath.Join(dir, "groups.csv"), "person,group\na,north\n")
	people, err := ReadPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 2 || people[0].Group != "north" || len(people[1].Photos) != 2 || filepath.Base(people[1].Photos[0]) != "1.PNG" {
		t.Errorf("got %+v", people)
	}
	put(t, filepath.Join(dir, "groups.csv"), "c,north\n")
	if _, err := ReadPeople(dir); err == nil {
		t.Error("a group of nobody: no error")
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}
