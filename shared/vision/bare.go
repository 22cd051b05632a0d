package vision

// Bare is the networks of an Analyser by themselves, for measuring what the
// Analyser does besides running them. Like the Analyser it is for one goroutine
// at a time.
type Bare struct{ detector, landmarks, recogniser, liveness *counted }

// Runs says how often each network ran.
type Runs struct{ Detector, Landmarks, Recogniser, Liveness int }

// counted is a network that counts its runs.
type counted struct {
	network
	runs int
}

func (c *counted) run() error {
	c.runs++
	return c.network.run()
}

func (c *counted) take() int {
	n := c.runs
	c.runs = 0
	return n
}

// Bare counts the runs of the Analyser's networks from now on. The Analyser
// goes on as before and still closes its networks.
func (a *Analyser) Bare() *Bare {
	count := func(s *step) *counted {
		c := &counted{network: s.net}
		s.net = c
		return c
	}
	return &Bare{count(&a.detector), count(&a.landmarks), count(&a.recogniser), count(&a.liveness)}
}

// Take returns how often each network ran for the Analyser since the last Take.
func (b *Bare) Take() Runs {
	return Runs{b.detector.take(), b.landmarks.take(), b.recogniser.take(), b.liveness.take()}
}

// Repeat runs the networks so often, in the Analyser's own sessions, each on
// the input that the Analyser filled last. Nothing is prepared and no output is
// read.
func (b *Bare) Repeat(r Runs) error {
	for _, part := range []struct {
		net  *counted
		runs int
	}{{b.detector, r.Detector}, {b.landmarks, r.Landmarks}, {b.recogniser, r.Recogniser}, {b.liveness, r.Liveness}} {
		for range part.runs {
			if err := part.net.network.run(); err != nil {
				return err
			}
		}
	}
	return nil
}
