package app

import (
	"testing"
	"time"

	"github.com/openstile/stile/gate-agent/internal/lane"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestWorks(t *testing.T) {
	type set = func(*checkin.Standing, *wire.GalleryStatus)
	offline := func(mode checkin.OfflineMode) set {
		return func(s *checkin.Standing, _ *wire.GalleryStatus) { s.Online, s.Event.Policy.Offline = false, mode }
	}
	for name, c := range map[string]struct {
		change set
		want   string
		blind  string // the same without a camera, with a scanner
	}{
		"all is well":          {func(*checkin.Standing, *wire.GalleryStatus) {}, worksFace, worksQROnline},
		"no event":             {func(s *checkin.Standing, _ *wire.GalleryStatus) { s.Served = false }, worksStaff, worksStaff},
		"closed":               {func(s *checkin.Standing, _ *wire.GalleryStatus) { s.Event.Closed = time.Now() }, worksStaff, worksStaff},
		"nothing known yet":    {func(_ *checkin.Standing, g *wire.GalleryStatus) { *g = wire.GalleryStatus{} }, worksStaff, worksStaff},
		"gallery wrong":        {func(_ *checkin.Standing, g *wire.GalleryStatus) { g.Right = false }, worksQROnline, worksQROnline},
		"no faces":             {func(_ *checkin.Standing, g *wire.GalleryStatus) { g.Faces = 0 }, worksQROnline, worksQROnline},
		"faces are not used":   {func(s *checkin.Standing, _ *wire.GalleryStatus) { s.Event.Policy.Match = checkin.MatchNone }, worksQROnline, worksQROnline},
		"offline, admit":       {offline(checkin.OfflineAdmit), worksFace, worksQROffline},
		"offline, ticket only": {offline(checkin.OfflineTicket), worksQROffline, worksQROffline},
		"offline, deny":        {offline(checkin.OfflineDeny), worksStaff, worksStaff},
	} {
		t.Run(name, func(t *testing.T) {
			s := checkin.Standing{Served: true, Online: true, Event: checkin.Event{ID: "gala", Policy: checkin.DefaultPolicy}}
			g := wire.GalleryStatus{Right: true, Faces: 3, Tickets: 5}
			c.change(&s, &g)
			if got := works(s, g, true, true, false); got != c.want {
				t.Errorf("works by %s, want %s", got, c.want)
			}
			if got := works(s, g, true, false, true); got != c.blind {
				t.Errorf("without a camera works by %s, want %s", got, c.blind)
			}
			if got := works(s, g, true, false, false); got != worksStaff {
				t.Errorf("without camera and scanner works by %s", got)
			}
		})
	}
}

func TestWorksWithoutFacesThatCanBeToldApart(t *testing.T) {
	s := checkin.Standing{Served: true, Online: true, Event: checkin.Event{ID: "gala", Policy: checkin.DefaultPolicy}}
	if got := works(s, wire.GalleryStatus{Right: true, Faces: 3, Tickets: 5}, false, true, false); got != worksQROnline {
		t.Errorf("works by %s", got)
	}
}

func TestStateWordIsOneOfTheContract(t *testing.T) {
	for state, want := range map[lane.State]string{
		lane.Ready: "ready", lane.Claiming: "deciding", lane.Recording: "deciding", lane.Releasing: "deciding",
		lane.Released: "released", lane.Evacuate: "evacuate", lane.OutOfService: "out_of_service",
	} {
		if got := stateWord(state); got != want {
			t.Errorf("%s is told as %q, want %q", state, got, want)
		}
	}
}
