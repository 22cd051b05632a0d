package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/openstile/stile/gate-agent/internal/bench"
	"github.com/openstile/stile/shared/vision"
)

func benchmark(ctx context.Context, args []string, out, errOut io.Writer) error {
	f := flags("bench [--json] [--photos DIR] [--largest N] [--each TIME] [--peers DIR] [--models MANIFEST]",
		"Measure how fast a frame, a search, the models and enrolment are, each against a peer\nin the same run. Peers that are not installed are left out. A million templates and the\npeers' copies of them take 9 GB of memory. It takes about two minutes.")
	asJSON := f.Bool("json", false, "print the figures as one JSON object on the last line")
	photos := f.String("photos", ".cache/samples", "take the people from the JPEG and PNG pictures in `DIR` and below")
	largest := f.Int("largest", 1_000_000, "search among at most `N` templates")
	each := f.Duration("each", 12*time.Second, "measure each figure for this `TIME`")
	peers := f.String("peers", ".cache/peers", "find Node's package usearch in `DIR`")
	manifest := f.String("models", "deploy/models/manifest.yaml", "the models' `MANIFEST`")
	if err := parse(f, out, errOut, args, 0, "photos", "models"); err != nil {
		return err
	}
	if *largest < 1 {
		return fmt.Errorf("--largest %d: want 1 or more", *largest)
	}
	if *each <= 0 {
		return fmt.Errorf("--each %v: want a time above 0", *each)
	}
	models, err := vision.Open(*manifest, vision.Options{})
	if err != nil {
		return err
	}
	defer models.Close()
	opencv, err := vision.Open(*manifest, vision.Options{Backend: vision.BackendOpenCV})
	if err != nil {
		return err
	}
	defer opencv.Close()
	pictures, err := bench.ReadPictures(ctx, models, *photos)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, bench.ErrNoPictures) {
		return fmt.Errorf("%w; `make setup` fetches sample pictures, and --photos takes others", err)
	}
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, models, opencv, pictures, bench.Options{
		Largest: *largest, Each: *each, Peers: *peers,
		Progress: func(step string) { fmt.Fprintln(errOut, step) },
	})
	if err != nil {
		return err
	}
	if err := report.WriteText(out); err != nil {
		return err
	}
	if *asJSON {
		return report.WriteJSON(out)
	}
	return nil
}
