package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/openstile/stile/gate-agent/internal/eval"
	"github.com/openstile/stile/shared/vision"
)

func evaluate(ctx context.Context, args []string, out, errOut io.Writer) error {
	f := flags("eval [--photos N] [--json] [--svg FILE] [--models MANIFEST] DIR",
		"Measure recognition on DIR, a folder of photos per person: references are made of\neach person's first N photos, and everything else is searched for.")
	photos := f.Int("photos", 1, "make each reference of `N` photos")
	asJSON := f.Bool("json", false, "print the figures as one JSON object on the last line")
	svg := f.String("svg", "", "write the detection error trade-off to `FILE`")
	manifest := f.String("models", "deploy/models/manifest.yaml", "the models' `MANIFEST`")
	if err := parse(f, out, errOut, args, 1, "models"); err != nil {
		return err
	}
	people, err := eval.ReadPeople(f.Arg(0))
	if err != nil {
		return err
	}
	models, err := vision.Open(*manifest, vision.Options{})
	if err != nil {
		return err
	}
	defer models.Close()
	report, err := eval.Run(ctx, models, people, *photos, func(done, all int) {
		if done%100 == 0 || done == all {
			fmt.Fprintf(errOut, "%d of %d photos\n", done, all)
		}
	})
	if err != nil {
		return err
	}
	report.WriteText(out)
	if *svg != "" {
		if err := writeCurve(*svg, report); err != nil {
			return err
		}
	}
	if *asJSON {
		return report.WriteJSON(out)
	}
	return nil
}

func writeCurve(path string, report eval.Report) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write curve: %w", err)
	}
	if err := report.WriteSVG(file); err != nil {
		file.Close()
		return fmt.Errorf("write curve %s: %w", path, err)
	}
	return file.Close()
}
