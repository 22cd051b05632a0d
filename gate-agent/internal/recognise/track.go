package recognise

import (
	"slices"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

const (
	// A stranger is called one only after the good frames of about half a
	// second: the next one may be better.
	framesToRefuse = 5
	// Whoever has their answer is looked at this often: to see whether they are
	// still the same, and whether a stranger is known after all.
	lookAgain = 500 * time.Millisecond
	// A holder who has their answer gets another only after so long out of sight:
	// on their way out they may move too fast to be followed.
	comesBack = 2 * time.Second
)

// last is who was answered last, and when they were seen last.
type last struct {
	holder checkin.HolderID
	seen   time.Time
}

// look follows everybody in the frame, and presents the one being served when
// it is certain who that is.
func (w *Watcher) look(f vision.Frame, faces []vision.Face) {
	tracks := w.crowd.follow(f.At, faces)
	if len(w.crowd.tracks) == 0 {
		w.see.Wipe()
	}
	if !slices.Contains(w.crowd.tracks, w.served) {
		w.served = nil
	}
	i, guidance := w.turn(f, faces, tracks)
	if i < 0 {
		w.lane.Guide(guidance)
		return
	}
	if w.served.answered {
		w.last = last{w.served.named, f.At}
	}
	if !w.lane.Accepts() || w.served.rests(f.At) {
		return
	}
	if err := w.examine(f, faces[i]); err != nil {
		w.log.Warn("a face was skipped", "err", err)
	}
}

// rests reports whether the person has their answer, nothing promises another,
// and they were looked at just now.
func (e *evidence) rests(at time.Time) bool {
	done := e.answered || e.refused && e.named == ""
	return done && at.Sub(e.looked) < lookAgain
}

// examine takes one frame of the face being served into its evidence, if it is
// good enough, and presents what follows.
func (w *Watcher) examine(f vision.Frame, found vision.Face) error {
	e := &w.served.evidence
	e.looked = f.At
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
		e.frames++ // somebody stands here; who, nobody could say
		w.refuse(e, Found{Verdict: checkin.VerdictUnknown}, f.At)
		return nil
	}
	weight := m.Weight()
	if err := w.embed(f, found, e, weight); err != nil || e.answered {
		return err
	}
	return w.decide(f, found, e, weight)
}

// embed adds the frame's probe. When somebody has stepped into the place of the
// one before, it is their first.
func (w *Watcher) embed(f vision.Frame, found vision.Face, e *evidence, weight float64) error {
	probe, err := w.see.Features(w.probe[:0], f, found)
	if err != nil {
		return err
	}
	w.probe = probe // its memory serves the next frame
	defer face.Wipe(probe)
	if e.differs(probe) {
		e.forget()
		e.looked = f.At
	}
	e.add(probe, weight)
	return nil
}

// decide presents somebody known as soon as that is certain, and a stranger once,
// later. The liveness of a face that is nobody's is nobody's business.
func (w *Watcher) decide(f vision.Frame, seen vision.Face, e *evidence, weight float64) error {
	probe := e.probes.Vector()
	found := w.gallery.Identify(probe)
	face.Wipe(probe)
	if found.Verdict != checkin.VerdictKnown {
		w.refuse(e, found, f.At)
		return nil
	}
	_, policy := w.gallery.Wanted()
	if policy != checkin.LivenessOff {
		p, err := w.see.Liveness(f, seen)
		if err != nil {
			return err
		}
		e.observe(p, weight)
	}
	if !e.names(found.Holder) || found.Surplus < e.asks() {
		w.refuse(e, Found{Verdict: checkin.VerdictUnknown}, f.At)
		return nil
	}
	if found.Holder == w.last.holder && f.At.Sub(w.last.seen) < comesBack {
		e.answered = true
		return nil
	}
	if live, certain := e.says(policy); certain && w.present(found, live, f.At) {
		e.answered = true
		w.last = last{found.Holder, f.At}
	}
	return nil
}

// refuse tells the lane once that nobody is known, after enough frames.
func (w *Watcher) refuse(e *evidence, found Found, seen time.Time) {
	if !e.refused && e.frames >= framesToRefuse {
		e.refused = w.present(found, true, seen)
	}
}

func (w *Watcher) present(found Found, live bool, seen time.Time) (taken bool) {
	return w.lane.Present(checkin.Presentation{
		Means: checkin.MeansFace, Seen: seen, Live: live,
		Verdict: found.Verdict, Holder: found.Holder, Credentials: found.Credentials,
	})
}
