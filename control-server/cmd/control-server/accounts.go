package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/openstile/stile/control-server/internal/app"
	"github.com/openstile/stile/control-server/internal/config"
)

func makeKey(ctx context.Context, args []string, out io.Writer) error {
	f := flags("key [--config FILE] NAME", "Make an API key for a ticketing platform. It works at once, also while the server runs.")
	file := f.String("config", "", "configuration `FILE` of the server")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	return withData(*file, func(d *app.Data) error {
		secret, err := d.Auth.CreateKey(ctx, f.Arg(0))
		if err != nil {
			return err
		}
		fmt.Fprintln(out, secret)
		fmt.Fprintln(os.Stderr, "Keep it: it is stored only as a hash and cannot be shown again.")
		return nil
	})
}

func addUser(ctx context.Context, args []string, out io.Writer) error {
	f := flags("user [--config FILE] NAME", "Add an operator. The password is read from the standard input, one line.")
	file := f.String("config", "", "configuration `FILE` of the server")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	return withData(*file, func(d *app.Data) error {
		fmt.Fprintf(os.Stderr, "Password for %s: ", f.Arg(0))
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && line == "" {
			return fmt.Errorf("read password: %w", err)
		}
		op, err := d.Auth.CreateOperator(ctx, f.Arg(0), strings.TrimRight(line, "\r\n"))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "operator %s may log in\n", op.Name)
		return nil
	})
}

func withData(file string, fn func(*app.Data) error) (err error) {
	cfg, err := config.Load(file)
	if err != nil {
		return err
	}
	d, err := app.OpenData(cfg.Data)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := d.Close(); err == nil {
			err = closeErr
		}
	}()
	return fn(d)
}
