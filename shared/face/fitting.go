package face

import "context"

// fitting is a codec in the making, and then the codes of all rows with it. It
// goes on aside: searches read the former codes, or the rows, until a segment
// has all its new codes; changes made meanwhile go to both.
type fitting struct {
	sample []Vector // copies of some rows
	cancel context.CancelFunc
	forgot chan struct{} // closed when the sample is overwritten
	done   chan struct{} // closed when all is over
}

// recodeRows is how many rows are encoded before changes get a chance: 0.3 ms.
const recodeRows = 64

// fit begins a fitting in place of the one under way. The caller holds mu.
//
// A fitting waits for mu only after its sample is overwritten. Whoever holds mu
// may therefore wait for that, which takes some milliseconds after a cancel.
func (x *Index) fit() {
	former := x.fitting
	if former != nil {
		former.cancel()
		<-former.forgot
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &fitting{sample: x.rows.sample(), cancel: cancel, forgot: make(chan struct{}), done: make(chan struct{})}
	x.fitting = f
	go func() {
		defer close(f.done)
		defer cancel()
		c := fit(ctx, f.sample)
		for _, v := range f.sample {
			Wipe(v)
		}
		close(f.forgot)
		if former != nil {
			<-former.done
		}
		x.recode(ctx, c)
	}()
}

// forget sees to it that what was just removed is not in the sample of a fitting
// either: one that still has its sample begins again. The caller holds mu.
func (x *Index) forget() {
	if x.fitting == nil {
		return
	}
	select {
	case <-x.fitting.forgot:
	default:
		x.fit()
	}
}

// recode encodes every row with c, or takes the codes away when that is nil.
func (x *Index) recode(ctx context.Context, c *codec) {
	if !x.step(ctx, func() { x.rows.codecs = append(x.rows.codecs, c) }) {
		c.wipe()
		return
	}
	for k := 0; ; k++ {
		var s *segment
		if !x.step(ctx, func() { s = x.rows.prepare(k, c) }) {
			return
		}
		if s == nil {
			break
		}
		for i := 0; i < segmentRows; i += recodeRows {
			x.encodeAside(ctx, s, k, i)
		}
		x.step(ctx, s.adopt)
	}
	x.step(ctx, func() {
		x.rows.retire()
		x.fitting = nil
	})
}

// encodeAside encodes some rows of s, segment k, from row i on, while searches
// go on.
func (x *Index) encodeAside(ctx context.Context, s *segment, k, i int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if ctx.Err() != nil {
		return
	}
	for to := min(i+recodeRows, x.rows.n-k*segmentRows); i < to; i++ {
		s.next.encode(i, s.row(i, x.rows.dim))
	}
}

// step changes the Index for a fitting, unless ctx is done. It reports which.
func (x *Index) step(ctx context.Context, change func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	change()
	return true
}

// Settle waits until no codec is being made, so that a measurement sees what a
// gate sees from the next second on. Searches need not wait: they are exact at
// any time.
func (x *Index) Settle() {
	for {
		x.mu.RLock()
		f := x.fitting
		x.mu.RUnlock()
		if f == nil {
			return
		}
		<-f.done
	}
}
