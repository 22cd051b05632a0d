package recognise

import (
	"image"
	"slices"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// track is one person in front of the lane: what several frames of one face
// say together.
type track struct {
	box      image.Rectangle
	seen     time.Time
	frames   int         // good ones
	probes   int         // of those, made into a template
	sum      face.Vector // of probes, weighted by quality
	live     float64     // sum of the probes' liveness probabilities
	answered bool        // the lane has taken the final answer
	refused  bool        // the lane has been told that nobody is known
}

const (
	// Two frames must agree before anybody is let in.
	framesToKnow = 2
	// A stranger is called one only after the good frames of about half a
	// second: the next one may be better.
	framesToRefuse = 5
	// Two frames less alike than this are of different people.
	otherPerson face.Score = 0.2
	// A track is live when the mean probability is at least this.
	liveFrom = 0.5
)

// look follows the face in the zone and presents it when it is certain.
func (w *Watcher) look(f vision.Frame, faces []vision.Face) {
	found, far := w.inZone(f, faces)
	if w.track != nil && f.At.Sub(w.track.seen) > trackEnds {
		w.forget()
	}
	switch {
	case far:
		w.lane.Guide(GuideCloser)
		return
	case found == nil:
		w.lane.Guide(GuideNone)
		return
	}
	if w.track != nil && overlap(w.track.box, found.Box) < sameFace {
		w.forget()
	}
	if w.track == nil {
		w.track = &track{}
	}
	t := w.track
	t.box, t.seen = found.Box, f.At
	if !w.lane.Accepts() {
		return
	}
	if err := w.add(f, *found); err != nil {
		w.log.Warn("a face was skipped", "err", err)
		return
	}
	w.answer(f.At)
}

// add takes one frame into the track, if it is good enough.
func (w *Watcher) add(f vision.Frame, found vision.Face) error {
	t := w.track
	m, err := w.see.Measure(f, found)
	if err != nil {
		return err
	}
	if len(m.Reasons(vision.ForLane)) > 0 {
		w.lane.Guide(GuideLook)
		return nil
	}
	w.lane.Guide(GuideNone)
	if !w.gallery.Searchable() {
		t.frames++ // somebody stands here; who, nobody could say
		return nil
	}
	probe, err := w.see.Template(f, found)
	if err != nil {
		return err
	}
	defer face.Wipe(probe)
	if t.sum != nil && t.like(probe) < otherPerson {
		// Somebody has stepped into the place of the one before.
		w.forget()
		w.track = &track{box: found.Box, seen: f.At}
		t = w.track
	}
	if _, liveness := w.gallery.Wanted(); liveness {
		p, err := w.see.Liveness(f, found)
		if err != nil {
			return err
		}
		t.live += p
	} else {
		t.live++
	}
	if t.sum == nil {
		t.sum = make(face.Vector, len(probe))
	}
	weight := float32(max(m.Quality(), 0.05))
	for i, x := range probe {
		t.sum[i] += weight * x
	}
	t.frames++
	t.probes++
	return nil
}

// answer presents the track once it is certain: somebody known as soon as two
// frames agree, a stranger once, later.
func (w *Watcher) answer(seen time.Time) {
	t := w.track
	if t.answered {
		return
	}
	found := Found{Verdict: checkin.VerdictUnknown}
	if t.probes >= framesToKnow {
		probe := t.mean()
		found = w.gallery.Identify(probe)
		face.Wipe(probe)
	}
	if found.Verdict != checkin.VerdictKnown && (t.refused || t.frames < framesToRefuse) {
		return
	}
	taken := w.lane.Present(checkin.Presentation{
		Means: checkin.MeansFace, Seen: seen, Live: t.live >= liveFrom*float64(t.probes),
		Verdict: found.Verdict, Holder: found.Holder, Credentials: found.Credentials,
	})
	if found.Verdict == checkin.VerdictKnown {
		t.answered = taken
	} else {
		t.refused = taken
	}
}

// mean is the fused probe; the caller wipes it.
func (t *track) mean() face.Vector { return face.Normalise(slices.Clone(t.sum)) }

func (t *track) like(probe face.Vector) face.Score {
	mean := t.mean()
	defer face.Wipe(mean)
	return face.Compare(probe, mean)
}

func (t *track) wipe() { face.Wipe(t.sum) }
