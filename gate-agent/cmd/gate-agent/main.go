// Command gate-agent runs the lanes of one gate: cameras in, turnstiles out.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/openstile/stile/gate-agent/internal/app"
	"github.com/openstile/stile/gate-agent/internal/config"
)

const usage = `gate-agent runs the lanes of one gate.

Usage:

  gate-agent pair --config FILE --server URL CODE    pair with the control server, once
  gate-agent run  --config FILE                      run until interrupted
  gate-agent eval [--photos N] DIR                   measure recognition on photos
  gate-agent bench                                   measure speed against other software

Run "gate-agent COMMAND --help" for a command's options.
`

// commands is the table of what gate-agent can do.
var commands = map[string]func(ctx context.Context, args []string, out, errOut io.Writer) error{
	"bench": benchmark,
	"eval":  evaluate,
	"pair":  pair,
	"run":   runLanes,
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
		fmt.Fprintf(errOut, "gate-agent: there is no command %q\n\n%s", args[0], usage)
		return 2
	}
	err := command(ctx, args[1:], out, errOut)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		fmt.Fprintf(errOut, "gate-agent: %v\n", err)
		return 1
	}
}

func pair(ctx context.Context, args []string, out, errOut io.Writer) error {
	f := flags("pair --config FILE --server URL CODE", "Pair this gate. The code comes from the console's Gates page and works once.")
	file := f.String("config", "", "the gate's configuration `FILE`")
	server := f.String("server", "", "`URL` of the control server, e.g. http://stile.example:8080")
	if err := parse(f, out, errOut, args, 1, "config", "server"); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	p, err := app.Pair(ctx, cfg.Data, *server, f.Arg(0))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Paired as gate %q (%s). Start it with: gate-agent run --config %s\n", p.Name, p.Gate, *file)
	return nil
}

func runLanes(ctx context.Context, args []string, out, errOut io.Writer) error {
	f := flags("run --config FILE", "Run the lanes until interrupted.")
	file := f.String("config", "", "the gate's configuration `FILE`")
	if err := parse(f, out, errOut, args, 0, "config"); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	a, err := app.New(cfg, slog.New(slog.NewTextHandler(errOut, nil)))
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// flags makes a flag set that explains itself.
func flags(name, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "%s\n\nUsage: gate-agent %s\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the arguments, wants exactly n that are no flags, and a value for
// each of the needed flags. Help that was asked for goes to out, what is wrong to
// errOut.
func parse(f *flag.FlagSet, out, errOut io.Writer, args []string, n int, needed ...string) error {
	var said bytes.Buffer
	f.SetOutput(&said)
	err := f.Parse(args)
	f.SetOutput(errOut)
	if errors.Is(err, flag.ErrHelp) {
		_, _ = out.Write(said.Bytes())
		return err
	}
	if err != nil {
		_, _ = errOut.Write(said.Bytes())
		return errUsage
	}
	if f.NArg() != n {
		fmt.Fprintf(f.Output(), "want %d arguments, got %d: %q\n", n, f.NArg(), f.Args())
		f.Usage()
		return errUsage
	}
	for _, name := range needed {
		if f.Lookup(name).Value.String() == "" {
			fmt.Fprintf(f.Output(), "--%s is needed\n", name)
			f.Usage()
			return errUsage
		}
	}
	return nil
}
