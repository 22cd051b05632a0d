package bench

import (
	"context"
	"errors"
	"time"

	"github.com/openstile/stile/shared/face"
)

// peer is an exact search of a gallery's rows for the two best, on one thread.
type peer interface {
	name() string
	search(q face.Vector) (best int, took time.Duration, err error)
	close() error
}

// openPeers gives the rows to every peer that is installed, and names the others.
func (b *bencher) openPeers(ctx context.Context, g *gallery) (peers []peer, absent []string, err error) {
	peers, absent = []peer{plain{g}}, []string{}
	for label, probeFirst := range map[string]bool{"gocv.Gemm": false, "gocv.Gemm, probe first": true} {
		p, err := newProduct(g, label, probeFirst)
		if err != nil {
			return nil, nil, errors.Join(err, closePeers(peers))
		}
		peers = append(peers, p)
	}
	for _, p := range b.programs() {
		opened, err := p.open(ctx, g)
		switch {
		case errors.Is(err, errAbsent):
			absent = append(absent, p.label)
		case err != nil:
			return nil, nil, errors.Join(err, closePeers(peers))
		default:
			peers = append(peers, opened)
		}
	}
	return peers, absent, nil
}

func closePeers(peers []peer) error {
	var errs []error
	for _, p := range peers {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// indexed is the search of gates.
type indexed struct{ g *gallery }

func (indexed) name() string { return "index" }
func (indexed) close() error { return nil }

func (x indexed) search(q face.Vector) (int, time.Duration, error) {
	start := time.Now()
	best, _ := x.g.index.Search(q, floor)
	took := time.Since(start)
	return rowOf(best.ID), took, nil
}

// plain is the float32 scan with our own inner product.
type plain struct{ g *gallery }

func (plain) name() string { return "float32 scan" }
func (plain) close() error { return nil }

func (p plain) search(q face.Vector) (int, time.Duration, error) {
	start := time.Now()
	best, _ := p.g.scan(q)
	return best.row, time.Since(start), nil
}
