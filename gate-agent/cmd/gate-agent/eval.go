package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/openstile/stile/gate-agent/internal/eval"
	"github.com/openstile/stile/shared/vision"
)

const aboutEval = `Measure recognition on photos of your own.

DIR holds a folder of JPEG or PNG photos per person:

  DIR/anna/1.jpg 2.jpg 3.jpg   more than N photos: the first N make the reference,
                               each other one is searched for (mated)
  DIR/bert/1.jpg               a single photo: a stranger (non-mated)
  DIR/groups.csv               person,group: the same figures for each group

With --pad, DIR holds a folder per kind of presentation. In each of them a photo
is a presentation, and so is a folder of the frames of one:

  DIR/bona-fide/1.jpg 2.jpg    people in front of the camera
  DIR/print/1.jpg track/1.jpg  attacks of one species, in as many folders as
  DIR/replay/1.jpg             there are species`

// evaluation is one run of eval.
type evaluation struct {
	photos           int
	json, pad        bool
	svg, calibration string
	manifest         string

	out      io.Writer
	progress *progress
}

func evaluate(ctx context.Context, args []string, out, errOut io.Writer) error {
	f := flags("eval [--photos N] [--json] [--svg FILE] [--calibration FILE] [--pad] [--models MANIFEST] DIR", aboutEval)
	e := evaluation{out: out, progress: newProgress(errOut)}
	f.IntVar(&e.photos, "photos", 1, "make each reference of `N` photos")
	f.BoolVar(&e.json, "json", false, "print the figures as one JSON object on the last line")
	f.StringVar(&e.svg, "svg", "", "write the curve of the errors to `FILE`")
	f.StringVar(&e.calibration, "calibration", "", "write the recogniser's calibration to `FILE`")
	f.BoolVar(&e.pad, "pad", false, "measure presentation attack detection instead")
	f.StringVar(&e.manifest, "models", "deploy/models/manifest.yaml", "the models' `MANIFEST`")
	if err := parse(f, out, errOut, args, 1, "models"); err != nil {
		return err
	}
	if err := e.validate(f); err != nil {
		fmt.Fprintf(errOut, "%v\n", err)
		f.Usage()
		return errUsage
	}
	if e.pad {
		return e.presentations(ctx, f.Arg(0))
	}
	return e.recognition(ctx, f.Arg(0))
}

func (e evaluation) validate(f *flag.FlagSet) error {
	if e.photos < 1 {
		return fmt.Errorf("--photos is %d: want 1 or more", e.photos)
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	for _, name := range []string{"photos", "calibration"} {
		if e.pad && given[name] {
			return fmt.Errorf("--%s has no meaning with --pad", name)
		}
	}
	return nil
}

// outcome is what every evaluation can write.
type outcome interface {
	WriteText(w io.Writer)
	WriteJSON(w io.Writer) error
	WriteSVG(w io.Writer) error
}

func (e evaluation) recognition(ctx context.Context, dir string) error {
	people, err := eval.ReadPeople(dir)
	if err != nil {
		return err
	}
	if e.calibration != "" {
		if err := eval.Enough(people, e.photos); err != nil {
			return err
		}
	}
	calibration, err := create(e.calibration)
	if err != nil {
		return err
	}
	defer calibration.discard()
	var report eval.Report
	if err := e.run(func(models *vision.Models) (outcome, error) {
		report, err = eval.Run(ctx, models, people, e.photos, e.progress.report)
		return report, err
	}); err != nil {
		return err
	}
	if e.calibration != "" && report.Calibration == nil {
		return report.Uncalibrated
	}
	return calibration.write(func(w io.Writer) error { return report.Calibration.Write(w) })
}

func (e evaluation) presentations(ctx context.Context, dir string) error {
	all, err := eval.ReadSpecies(dir)
	if err != nil {
		return err
	}
	return e.run(func(models *vision.Models) (outcome, error) {
		return eval.RunPAD(ctx, models, all, e.progress.report)
	})
}

// run opens the models and writes what measure gives. What cannot be written is
// found out before anything is measured.
func (e evaluation) run(measure func(*vision.Models) (outcome, error)) error {
	svg, err := create(e.svg)
	if err != nil {
		return err
	}
	defer svg.discard()
	// Measuring needs no threshold: a new recogniser has none yet.
	models, err := vision.Open(e.manifest, vision.Options{Uncalibrated: true})
	if err != nil {
		return err
	}
	defer models.Close()
	report, err := measure(models)
	e.progress.clear()
	if err != nil {
		return err
	}
	report.WriteText(e.out)
	if err := svg.write(report.WriteSVG); err != nil {
		return err
	}
	if e.json {
		return report.WriteJSON(e.out)
	}
	return nil
}
