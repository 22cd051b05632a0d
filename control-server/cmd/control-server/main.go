// Command control-server enrols holders, serves the gates, shows every lane,
// and destroys templates when an event ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

const usage = `control-server runs a venue: API, portal, console and the gates' bus.

Usage:

  control-server serve [--config FILE]            run until interrupted
  control-server key   [--config FILE] NAME       make an API key for a platform
  control-server user  [--config FILE] NAME       add an operator
  control-server pretix --url URL … EVENT         take in the tickets of a pretix event
  control-server demo  [--once]                   a whole venue on this machine

Run "control-server COMMAND --help" for a command's options.
`

// commands is the table of what control-server can do.
var commands = map[string]func(ctx context.Context, args []string, out io.Writer) error{
	"serve":  serve,
	"key":    makeKey,
	"user":   addUser,
	"demo":   runDemo,
	"pretix": importPretix,
}

// errUsage means that the command line was wrong and that this has been said.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one command line and returns the exit code: 0 done, 1 failed,
// 2 not understood.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errOut, usage)
		return 2
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(out, usage)
		return 0
	}
	command, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(errOut, "control-server: there is no command %q\n\n%s", args[0], usage)
		return 2
	}
	err := command(ctx, args[1:], out)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		fmt.Fprintf(errOut, "control-server: %v\n", err)
		return 1
	}
}

// flags makes a flag set that explains itself.
func flags(name, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "%s\n\nUsage: control-server %s\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the arguments and wants exactly n that are no flags.
func parse(f *flag.FlagSet, args []string, n int) error {
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if f.NArg() != n {
		fmt.Fprintf(f.Output(), "want %d arguments, got %d: %q\n", n, f.NArg(), f.Args())
		f.Usage()
		return errUsage
	}
	return nil
}

func logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
