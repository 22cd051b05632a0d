package bench

import "github.com/openstile/stile/shared/vision"

// pairs are the times of some work on each picture, and of the bare model runs
// inside it.
type pairs []struct{ work, bare timings }

func newPairs(pictures int) pairs { return make(pairs, pictures) }

// add does the work on a picture, and then only what the models did in it.
func (p pairs) add(picture int, bare *vision.Bare, work func() error) error {
	bare.Take()
	if err := p[picture].work.add(work); err != nil {
		return err
	}
	runs := bare.Take()
	return p[picture].bare.add(func() error { return bare.Repeat(runs) })
}

// means returns the mean over the pictures of their median times, in ms.
func (p pairs) means() (work, bare float64) {
	for _, t := range p {
		work += ms(t.work.median()) / float64(len(p))
		bare += ms(t.bare.median()) / float64(len(p))
	}
	return work, bare
}
