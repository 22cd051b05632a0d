package recognise

import (
	"image"
	"slices"
	"time"

	"github.com/openstile/stile/shared/vision"
)

// track is one person whom the camera sees, and what was learned of them. Only
// of the one being served anything ever is.
type track struct {
	box  image.Rectangle
	seen time.Time
	evidence
}

// crowd is everybody whom the camera sees, wherever they stand.
type crowd struct {
	tracks []*track
	at     time.Time // of the newest frame
}

const (
	// A track whose face was not seen for this long has ended.
	trackEnds = 700 * time.Millisecond
	// Nobody moves faster than this, in widths of their face per second: some
	// 2.5 m/s. Beside a much larger face that is not far: somebody behind cannot
	// be in front so soon.
	speed = 15
	// However fast the frames come, boxes that overlap are near each other.
	leastReach = 1
)

// follow returns the track of each face in a frame. A track goes on only where
// its person must be: a face that could be either of two, or whose place
// somebody out of sight could have taken, starts a new one.
func (c *crowd) follow(at time.Time, faces []vision.Face) []*track {
	c.end(func(t *track) bool { return at.Sub(t.seen) > trackEnds })
	m := move{reach: max(leastReach, speed*at.Sub(c.at).Seconds())}
	c.at = at
	for _, t := range c.tracks {
		m.before = append(m.before, t.box)
	}
	for _, f := range faces {
		m.now = append(m.now, f.Box)
	}
	tracks := make([]*track, len(faces))
	for n := range m.now {
		for b, t := range c.tracks {
			if m.same(b, n) {
				tracks[n] = t
			}
		}
	}
	c.end(func(t *track) bool { return !slices.Contains(tracks, t) && m.anywhere(t.box) })
	for n, box := range m.now {
		if tracks[n] == nil {
			tracks[n] = &track{}
			c.tracks = append(c.tracks, tracks[n])
		}
		tracks[n].box, tracks[n].seen = box, at
	}
	return tracks
}

// end forgets the tracks that have ended.
func (c *crowd) end(ended func(*track) bool) {
	c.tracks = slices.DeleteFunc(c.tracks, func(t *track) bool {
		if !ended(t) {
			return false
		}
		t.forget()
		return true
	})
}
