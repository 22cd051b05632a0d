package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/face"
)

var nan = face.Score(math.NaN())

func TestClassify(t *testing.T) {
	for _, row := range []struct {
		name           string
		scores         []face.Score
		wrong, noFaces float64
	}{
		{"print", []face.Score{0.1, 0.2, 0.5, 0.9}, 0.5, 0}, // the threshold itself passes
		{"print", []face.Score{0.1, nan, 0.6, nan}, 0.5, 0.5},
		{bonaFide, []face.Score{0.1, 0.5, 0.8, 0.9, nan}, 0.25, 0.2},
		{"print", []face.Score{nan}, math.NaN(), 1},
	} {
		s := classify(row.name, row.scores)
		if !same(s.Error, row.wrong) || !same(s.NonResponse, row.noFaces) || s.Presentations != len(row.scores) {
			t.Errorf("%s %v: %+v, want %v wrong, %v without response", row.name, row.scores, s, row.wrong, row.noFaces)
		}
	}
}

func same(a, b float64) bool {
	return math.Abs(a-b) < 1e-9 || math.IsNaN(a) && math.IsNaN(b)
}

func TestFused(t *testing.T) {
	if got := fused([]frame{{0.8, 1}, {0, 0}, {0.2, 1}, {0.5, 0.3}}); math.Abs(float64(got)-0.5) > 1e-6 {
		t.Errorf("got %v, want what the frames that a lane looks at say together", got)
	}
	if got := float64(fused([]frame{{0.9, 0}})); !math.IsNaN(got) {
		t.Errorf("no face at all: %v", got)
	}
}

// The worst species sets every figure of the trade-off.
func TestWeigh(t *testing.T) {
	spread := func(name string, n int, from, to float64) Shown {
		var scores []face.Score
		for i := range n {
			scores = append(scores, face.Score(from+(to-from)*(float64(i)+0.5)/float64(n)))
		}
		return classify(name, scores)
	}
	genuine := spread(bonaFide, 100, 0, 1)
	weak, strong := spread("print", 100, 0, 0.2), spread("mask", 100, 0, 0.8)
	r := weigh(genuine, []Shown{weak, strong, classify("unseen", []face.Score{nan})})
	if !same(r.Worst, strong.Error) || !same(weak.Error, 0) {
		t.Errorf("worst APCER is %v, want that of the masks, %v", r.Worst, strong.Error)
	}
	for i, want := range []struct{ apcer, bpcer float64 }{{0.1, 0.72}, {0.05, 0.76}, {0.01, 0.79}} {
		if got := r.Tradeoff[i]; got.APCER != want.apcer || math.Abs(got.BPCER-want.bpcer) > 0.011 {
			t.Errorf("%+v, want BPCER %v at APCER %v", got, want.bpcer, want.apcer)
		}
	}
	var text, line, svg bytes.Buffer
	r.WriteText(&text)
	if err := errors.Join(r.WriteJSON(&line), r.WriteSVG(&svg)); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, &svg)
	var got struct {
		Species []struct{ APCER, APNRR *float64 }
		At      map[string]float64 `json:"bpcer_at_apcer"`
	}
	if err := json.Unmarshal(line.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Species) != 3 || got.Species[2].APCER != nil || *got.Species[2].APNRR != 1 || len(got.At) != 3 {
		t.Errorf("got %s", line.Bytes())
	}
	for _, want := range []string{"bona-fide", "mask", "APCER", "BPCER", "APNRR", "BPNRR"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
}

func TestReadSpecies(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "print", "1.jpg"), "")
	if _, err := ReadSpecies(dir); err == nil || !strings.Contains(err.Error(), bonaFide) {
		t.Errorf("attacks only: %v", err)
	}
	for _, name := range []string{"bona-fide/1.jpg", "bona-fide/2.png", "mask/track/1.jpg", "mask/track/2.jpg", "mask/3.jpg", "notes/a.txt"} {
		put(t, filepath.Join(dir, name), "")
	}
	all, err := ReadSpecies(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Name != bonaFide || len(all[0].Presentations) != 2 || all[1].Name != "mask" || len(all[1].Presentations[1]) != 2 {
		t.Errorf("got %+v", all)
	}
}
