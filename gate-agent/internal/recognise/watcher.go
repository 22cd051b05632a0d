package recognise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// Camera gives the newest frame.
type Camera interface {
	Next(ctx context.Context) (vision.Frame, error)
}

// Analyser looks at frames; *vision.Analyser is one.
type Analyser interface {
	Detect(f vision.Frame) ([]vision.Face, error)
	Measure(f vision.Frame, found vision.Face) (vision.Measures, error)
	Features(v face.Vector, f vision.Frame, found vision.Face) (face.Vector, error)
	Liveness(f vision.Frame, found vision.Face) (float64, error)
	// Wipe overwrites what it still has of the faces that it saw.
	Wipe()
}

// Tickets reads what the QR codes in a frame say.
type Tickets interface {
	Read(f vision.Frame) ([]string, error)
}

// Found is the answer to a search of the gallery or a look-up of a ticket.
type Found struct {
	Verdict     checkin.Verdict
	Holder      checkin.HolderID
	Credentials []checkin.Credential
	// Surplus says how clear a VerdictKnown of a search is: by how many powers of
	// ten fewer strangers than may be taken for somebody would look as much like
	// them.
	Surplus float64
}

// Gallery is what the gate may search now.
type Gallery interface {
	// Wanted says whether faces are used at this event, and what follows from
	// their liveness.
	Wanted() (faces bool, liveness checkin.LivenessMode)
	// Searchable is false when no face could be anybody: then none is ever made
	// into a template.
	Searchable() bool
	Identify(probe face.Vector) Found
	Ticket(secret string) Found
}

// Lane takes presentations.
type Lane interface {
	// Accepts reports whether a presentation would be looked at now.
	Accepts() bool
	// Present hands one over. False means that the lane was busy and has not
	// taken it.
	Present(p checkin.Presentation) bool
	// Guide tells the person in the zone what would help.
	Guide(g Guidance)
}

// Guidance is what would help the person in front of the camera.
type Guidance string

const (
	GuideNone   Guidance = ""
	GuideCloser Guidance = "step-closer"
	GuideLook   Guidance = "look-here"
	GuideOne    Guidance = "one-at-a-time"
)

// Config is one lane's view.
type Config struct {
	// Zone is the part of the frame, in shares of its size, in which a face's
	// middle must be to belong to this lane.
	Zone Zone
	// MinEyeDistance is the least distance between the eyes, in pixels: people
	// further away are not standing at the lane.
	MinEyeDistance float64
}

// Zone is a rectangle in shares of a frame, 0 to 1.
type Zone struct {
	Left, Top, Right, Bottom float64
}

// Watcher watches one lane.
type Watcher struct {
	cfg     Config
	camera  Camera
	see     Analyser
	tickets Tickets
	gallery Gallery
	lane    Lane
	log     *slog.Logger

	crowd       crowd
	served      *track // of the crowd; or nil
	last        last
	ticket      shown
	ticketsRead time.Time   // when a frame was last searched for tickets
	probe       face.Vector // of the frame being looked at; zeroes between frames
}

// New makes a Watcher.
func New(cfg Config, camera Camera, see Analyser, tickets Tickets, gallery Gallery, lane Lane, log *slog.Logger) *Watcher {
	return &Watcher{cfg: cfg, camera: camera, see: see, tickets: tickets, gallery: gallery, lane: lane, log: log}
}

// Run watches until ctx ends. A frame that cannot be analysed is skipped.
func (w *Watcher) Run(ctx context.Context) error {
	defer w.forget()
	for {
		waiting, stop := context.WithTimeout(ctx, blind)
		f, err := w.camera.Next(waiting)
		stop()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, context.DeadlineExceeded) {
			w.forget() // whoever stood there last is nobody's business now
			w.ticket = shown{}
			continue
		}
		if err != nil {
			return fmt.Errorf("next frame: %w", err)
		}
		if err := w.frame(f); err != nil {
			w.log.Warn("a frame was skipped", "err", err)
		}
	}
}

func (w *Watcher) frame(f vision.Frame) error {
	if err := w.readTicket(f); err != nil {
		return err
	}
	if faces, _ := w.gallery.Wanted(); !faces {
		w.forget()
		w.lane.Guide(GuideNone)
		return nil
	}
	faces, err := w.see.Detect(f)
	if err != nil {
		return fmt.Errorf("detect: %w", err)
	}
	w.look(f, faces)
	return nil
}

// forget leaves nothing of anybody who was seen.
func (w *Watcher) forget() {
	w.crowd.end(func(*track) bool { return true })
	w.served, w.last = nil, last{}
	w.see.Wipe()
}

// A camera that is silent for this long shows nobody.
const blind = 2 * time.Second
