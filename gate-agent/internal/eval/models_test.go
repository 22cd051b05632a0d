package eval

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openstile/stile/shared/vision"
)

func models(t *testing.T) *vision.Models {
	t.Helper()
	m, err := vision.Open("../../../deploy/models/manifest.yaml", vision.Options{Uncalibrated: true})
	if err != nil {
		t.Fatalf("no models: run `make setup` first (%v)", err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func portrait(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../.cache/samples", name))
	if err != nil {
		t.Fatalf("no samples: run `make setup` first (%v)", err)
	}
	return string(data)
}

// recaptured is a picture as a camera would see a coarse print of it.
func recaptured(t *testing.T, photo string) string {
	t.Helper()
	img, err := jpeg.Decode(strings.NewReader(photo))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			const dot = 6
			r, g, bl, _ := img.At(x-x%dot, y-y%dot).RGBA()
			ink := 0.75 + 0.25*math.Sin(float64(x)/2.2)*math.Sin(float64(y)/2.3)
			out.Set(x, y, color.RGBA{uint8(ink * float64(r>>8)), uint8(ink * float64(g>>8)), uint8(ink * float64(bl>>8)), 255})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, out, nil); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func ignore(int, int) {}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	photo, other := portrait(t, "sample2.jpg"), portrait(t, "sample5.jpg")
	for name, content := range map[string]string{
		"anna/1.jpg": photo, "anna/2.jpg": photo, "anna/3.jpg": "no picture",
		"bert/1.jpg":  other,
		"carl/1.jpg":  photo[:len(photo)/2], // incomplete
		"carl/2.jpg":  photo,
		"dora/1.jpeg": "",
	} {
		put(t, filepath.Join(dir, name), content)
	}
	if err := os.Mkdir(filepath.Join(dir, "bert", "2.jpg"), 0o700); err != nil {
		t.Fatal(err)
	}
	people, err := ReadPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	r, err := Run(t.Context(), models(t), people, 1, func(done, all int) {
		if calls++; done != calls || all != 8 {
			t.Errorf("call %d says %d of %d", calls, done, all)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Gallery != 2 || r.All.Mated != 1 || len(r.NotEnrolled) != 1 || r.NotEnrolled[0] != "carl" || len(r.Lost.Unreadable) != 4 {
		t.Errorf("got %+v", r)
	}
	if r.All.Rank1 != 1 {
		t.Errorf("rank 1 is %v: what cannot be read is no miss", r.All.Rank1)
	}
	var text bytes.Buffer
	r.WriteText(&text)
	for _, want := range []string{"not enrolled  1", "carl", "unreadable    4", "no calibration"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}

	if _, err := Run(t.Context(), models(t), people[3:], 1, ignore); err == nil || !strings.Contains(err.Error(), "no person has more than 1") {
		t.Errorf("nobody to enrol: %v", err)
	}
	if _, err := Run(t.Context(), models(t), people, 0, ignore); err == nil {
		t.Error("references of no photos: no error")
	}
	if _, err := Run(t.Context(), models(t), []Person{{Name: "dora", Photos: []string{people[3].Photos[0], people[3].Photos[0]}}}, 1, ignore); err == nil ||
		!strings.Contains(err.Error(), "2 cannot be read") {
		t.Errorf("empty files: %v", err)
	}
}

func TestRunStops(t *testing.T) {
	dir := t.TempDir()
	photo := filepath.Join(dir, "1.jpg")
	put(t, photo, portrait(t, "sample2.jpg"))
	p := Person{Name: "anna"}
	for range 1000 {
		p.Photos = append(p.Photos, photo)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, models(t), []Person{p}, 1, func(done, _ int) {
		if done == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "of 1000 photos") {
		t.Errorf("%v, want to hear where it stopped", err)
	}
}

func TestRunPAD(t *testing.T) {
	dir := t.TempDir()
	photo := portrait(t, "sample2.jpg")
	print := recaptured(t, photo)
	for name, content := range map[string]string{
		"bona-fide/1.jpg": photo, "bona-fide/track/1.jpg": photo, "bona-fide/track/2.jpg": print,
		"print/1.jpg": print, "print/2.jpg": "no picture",
	} {
		put(t, filepath.Join(dir, name), content)
	}
	all, err := ReadSpecies(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := RunPAD(t.Context(), models(t), all, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.BonaFide.scores) != 2 || len(r.Attacks) != 1 || len(r.Attacks[0].scores) != 1 || r.Attacks[0].Presentations != 1 {
		t.Fatalf("got %+v", r)
	}
	alone, track, attack := find(r.BonaFide, 1), find(r.BonaFide, 0), find(r.Attacks[0], 0)
	if alone < track {
		alone, track = track, alone
	}
	if !(attack < track && track < alone) {
		t.Errorf("a track of frames with %.4f and %.4f has %.4f, want between", alone, attack, track)
	}
}

func find(s Shown, i int) float64 { return float64(s.scores[i]) }
