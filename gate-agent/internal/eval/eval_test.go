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
	"slices"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func TestThresholdKeepsToTheRate(t *testing.T) {
	scores := []face.Score{0.1, 0.2, 0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	for fpir, want := range map[float64]float64{0: 0, 0.05: 0, 0.1: 0.1, 0.3: 0.3, 0.6: 0.5, 1: 1} {
		if got := reached(scores, threshold(scores, fpir)); got != want {
			t.Errorf("FPIR %v: %v of the strangers reach the threshold, want %v", fpir, got, want)
		}
	}
	if got := reached(nil, threshold(nil, 0.1)); !math.IsNaN(got) {
		t.Errorf("of no strangers %v reach it", got)
	}
}

func TestArrange(t *testing.T) {
	x, y, z := face.Vector{1, 0, 0}, face.Vector{0, 1, 0}, face.Vector{0, 0, 1}
	two := []string{"1.jpg", "2.jpg"}
	trial := arrange([]sampled{
		{Person{Name: "two photos", Photos: two}, []face.Vector{x, x}},
		{Person{Name: "no face at the lane", Photos: two}, []face.Vector{y, nil}},
		{Person{Name: "no face at enrolment", Photos: two}, []face.Vector{nil, x}},
		{Person{Name: "stranger", Photos: two[:1]}, []face.Vector{z}},
		{Person{Name: "faceless stranger", Photos: two[:1]}, []face.Vector{nil}},
		{Person{Name: "unreadable at the lane", Photos: []string{"1.jpg", "damaged.jpg"}}, []face.Vector{face.Normalise(face.Vector{1, 1, 1}), nil}},
	}, 1, map[string]bool{"damaged.jpg": true})
	answers, err := trial.identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := measure("all", answers, nil)
	if len(trial.gallery) != 3 || g.Mated != 2 || g.NonMated != 1 {
		t.Fatalf("%d references, %d mated and %d non-mated probes, want 3, 2, 1", len(trial.gallery), g.Mated, g.NonMated)
	}
	if g.Rank1 != 0.5 || g.Own[0].FNIR != 0.5 {
		t.Errorf("rank 1 is %v and FNIR %v, want 0.5: one of two has no face", g.Rank1, g.Own[0].FNIR)
	}
	if !slices.Equal(trial.notEnrolled, []string{"no face at enrolment"}) {
		t.Errorf("not enrolled: %q", trial.notEnrolled)
	}
}

func TestGroupsAtTheThresholdOfAll(t *testing.T) {
	answers := []answer{
		{group: "north", mated: true, correct: true, score: 0.9}, {group: "north", score: 0.2}, {group: "north", score: 0.3},
		{group: "south", mated: true, correct: true, score: 0.45}, {group: "south", score: 0.5}, {group: "south", score: 0.1},
		{score: 0.1}, {score: 0.1}, {score: 0.1}, {score: 0.1}, {score: 0.1}, {score: 0.4},
	}
	all := measure("", answers, nil)
	groups := byGroup(answers, all.Own)
	if len(groups) != 2 || groups[0].Name != "north" || groups[1].Name != "south" {
		t.Fatalf("groups: %+v", groups)
	}
	// At FPIR 10 % one of the ten strangers may pass: whoever reaches 0.5.
	for _, row := range []struct {
		group           Group
		own, fpir, fnir float64
		atLeast, below  face.Score
	}{
		{groups[0], 0, 0, 0, 0.3, 0.31},
		{groups[1], 1, 0.5, 0, 0.5, 0.51},
	} {
		own, common := row.group.Own[0], row.group.Common[0]
		if own.FNIR != row.own || own.Threshold <= row.atLeast || own.Threshold >= row.below {
			t.Errorf("%s at its own threshold: %+v", row.group.Name, own)
		}
		if common.FPIR != row.fpir || common.FNIR != row.fnir || common.Threshold != all.Own[0].Threshold {
			t.Errorf("%s at that of all: %+v, want FPIR %v and FNIR %v", row.group.Name, common, row.fpir, row.fnir)
		}
	}
}

func TestReport(t *testing.T) {
	r := Report{Photos: 1, Gallery: 2, NotEnrolled: []string{"anna"}, Uncalibrated: errors.New("too few"), answers: []answer{
		{mated: true, correct: true, score: 0.9, group: "north"}, {mated: true, score: 0.3}, {score: 0.4}, {score: 0.2},
	}}
	r.All = measure("", r.answers, nil)
	r.Groups = byGroup(r.answers, r.All.Own)
	var out, svg bytes.Buffer
	if err := errors.Join(r.WriteJSON(&out), r.WriteSVG(&svg)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Gallery     int                 `json:"gallery"`
		NotEnrolled int                 `json:"not_enrolled"`
		NonMated    int                 `json:"non_mated"`
		FNIR        map[string]*float64 `json:"fnir"`
		Groups      []struct {
			Name       string              `json:"name"`
			CommonFNIR map[string]*float64 `json:"common_fnir"`
			CommonFPIR map[string]*float64 `json:"common_fpir"`
		} `json:"groups"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Gallery != 2 || got.NotEnrolled != 1 || got.NonMated != 2 {
		t.Errorf("got %+v", got)
	}
	for _, key := range []string{"0.1", "0.03", "0.01", "0.003"} {
		if got.FNIR[key] == nil || *got.FNIR[key] != 0.5 {
			t.Errorf("FNIR at %s is %v, want 0.5", key, got.FNIR[key])
		}
		north := got.Groups[0]
		if fnir := north.CommonFNIR[key]; fnir == nil || *fnir != 0 || north.CommonFPIR[key] != nil {
			t.Errorf("group at %s: %+v, want an FNIR of 0 and no FPIR", key, north)
		}
	}
	wellFormed(t, &svg)
	if own := r.Groups[0].Own[0]; !math.IsNaN(own.FNIR) {
		t.Errorf("a group without strangers has no threshold of its own, and FNIR %v", own.FNIR)
	}
	if empty := measure("", nil, nil); !math.IsNaN(empty.Rank1) || (Report{All: empty}).WriteJSON(&out) != nil {
		t.Error("a report of nothing cannot be written")
	}
}

func wellFormed(t *testing.T, svg io.Reader) {
	t.Helper()
	for d := xml.NewDecoder(svg); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the curve is no XML: %v", err)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}
