package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/openstile/stile/control-server/internal/config"
	"github.com/openstile/stile/control-server/internal/pretix"
	"github.com/openstile/stile/shared/checkin"
)

// The secrets come from the environment: a flag would show in the list of
// processes.
const (
	stileKeyEnv    = "STILE_KEY"
	pretixTokenEnv = "PRETIX_TOKEN"
)

func importPretix(ctx context.Context, args []string, out io.Writer) error {
	f := flags("pretix [--config FILE] --url URL --organizer O --pretix-event E EVENT",
		"Take the paid tickets of a pretix event into EVENT of a running control server. It can be repeated.\n"+
			"The environment holds an API key of the server in "+stileKeyEnv+" and a pretix team's token in "+pretixTokenEnv+".")
	file := f.String("config", "", "configuration `FILE` of the server, for its address")
	server := f.String("server", "", "`URL` of the running server; without it the configuration's")
	address := f.String("url", "", "`URL` of pretix")
	organizer := f.String("organizer", "", "short form of the organizer in pretix")
	event := f.String("pretix-event", "", "short form of the event in pretix")
	date := f.Int("subevent", 0, "`ID` of the date, when the event is a series")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	if *server == "" {
		*server = "http://" + cfg.HTTP
	}
	shop, err := pretix.Open(*address, *organizer, *event, os.Getenv(pretixTokenEnv))
	if err != nil {
		return err
	}
	stile, err := pretix.OpenStile(*server, checkin.EventID(f.Arg(0)), os.Getenv(stileKeyEnv))
	if err != nil {
		return err
	}
	sum, err := pretix.Import(ctx, shop, stile, *date, out)
	fmt.Fprintln(out, sum)
	if err == nil && sum.Refused > 0 {
		err = fmt.Errorf("%d tickets were refused", sum.Refused)
	}
	return err
}
