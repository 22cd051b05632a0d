package recognise

import (
	"context"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

type fakeCamera struct{ next func() (vision.Frame, error) }

func (c *fakeCamera) Next(context.Context) (vision.Frame, error) { return c.next() }

type fakeAnalyser struct {
	detect   func() ([]vision.Face, error)
	measure  func() (vision.Measures, error)
	features func(vision.Face) (face.Vector, error)
	liveness func() (float64, error)
	wiped    bool // nothing was seen since
}

func (a *fakeAnalyser) Detect(vision.Frame) ([]vision.Face, error) {
	a.wiped = false
	return a.detect()
}

func (a *fakeAnalyser) Measure(vision.Frame, vision.Face) (vision.Measures, error) {
	return a.measure()
}

func (a *fakeAnalyser) Features(_ face.Vector, _ vision.Frame, found vision.Face) (face.Vector, error) {
	return a.features(found)
}

func (a *fakeAnalyser) Liveness(vision.Frame, vision.Face) (float64, error) { return a.liveness() }

func (a *fakeAnalyser) Wipe() { a.wiped = true }

type fakeTickets struct{ read func() ([]string, error) }

func (t *fakeTickets) Read(vision.Frame) ([]string, error) { return t.read() }

type fakeGallery struct {
	wanted     func() (bool, checkin.LivenessMode)
	searchable func() bool
	identify   func(face.Vector) Found
	ticket     func(string) Found
}

func (g *fakeGallery) Wanted() (bool, checkin.LivenessMode) { return g.wanted() }
func (g *fakeGallery) Searchable() bool                     { return g.searchable() }
func (g *fakeGallery) Identify(probe face.Vector) Found     { return g.identify(probe) }
func (g *fakeGallery) Ticket(secret string) Found           { return g.ticket(secret) }

type fakeLane struct {
	accepts func() bool
	present func(checkin.Presentation) bool
	guide   func(Guidance)
}

func (l *fakeLane) Accepts() bool                       { return l.accepts() }
func (l *fakeLane) Present(p checkin.Presentation) bool { return l.present(p) }
func (l *fakeLane) Guide(g Guidance)                    { l.guide(g) }
