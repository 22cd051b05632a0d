package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/openstile/stile/control-server/internal/app"
	"github.com/openstile/stile/control-server/internal/config"
	"github.com/openstile/stile/control-server/internal/demo"
)

// runDemo expects what "make setup" and "make build" leave in the project's
// folder, and the gate-agent beside this binary.
func runDemo(ctx context.Context, args []string, out io.Writer) error {
	f := flags("demo [--once] [--camera DEVICE] [--http ADDRESS]", "Run a whole venue on this machine, with simulated cameras and turnstiles and people from sample pictures, until interrupted.")
	once := f.Bool("once", false, "play the fixed script, check everything, print the result as JSON and end")
	camera := f.String("camera", "", "`DEVICE` or URL of your own camera, e.g. /dev/video0, for the second gate")
	http := f.String("http", "127.0.0.1:8080", "`ADDRESS` of the console; another port is taken when it is in use")
	samples := f.String("samples", filepath.Join(".cache", "samples"), "`FOLDER` of the sample pictures")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	models, err := filepath.Abs(config.Default().Models)
	if err != nil {
		return err
	}
	if strings.HasPrefix(*camera, "/") {
		*camera = "v4l2://" + *camera
	}
	cfg := demo.Config{
		Server: self, Gate: filepath.Join(filepath.Dir(self), "gate-agent"), Models: models,
		Samples: *samples, HTTP: *http, Camera: *camera, Out: out, Prepare: prepareDemo,
	}
	if *once {
		return demo.Once(ctx, cfg)
	}
	return demo.Stroll(ctx, cfg)
}

// prepareDemo does what an administrator does before the first start.
func prepareDemo(ctx context.Context, file string) (login, password, key string, err error) {
	err = withData(file, func(d *app.Data) error {
		if password, err = d.FirstStart(ctx); err != nil {
			return err
		}
		key, err = d.Auth.CreateKey(ctx, "demo")
		return err
	})
	return app.Administrator, password, key, err
}
