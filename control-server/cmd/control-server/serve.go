package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/openstile/stile/control-server/internal/app"
	"github.com/openstile/stile/control-server/internal/config"
)

func serve(ctx context.Context, args []string, out io.Writer) error {
	f := flags("serve [--config FILE]", "Run the control server until interrupted. The first start makes the data folder, the keys and an administrator.")
	file := f.String("config", "", "configuration `FILE` (YAML); without one the defaults hold")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	log := logger(slog.LevelInfo)
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	password, err := a.Data.FirstStart(ctx)
	if err != nil {
		return errors.Join(err, a.Stop())
	}
	fmt.Fprintf(out, "Console: %s/console\n", a.URL())
	if password != "" {
		fmt.Fprintf(out, "Log in as %q with the password %s\nIt is shown only this once.\n", app.Administrator, password)
	}
	return a.Run(ctx)
}
