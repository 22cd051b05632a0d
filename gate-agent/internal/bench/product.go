package bench

import (
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"gocv.io/x/gocv"

	"github.com/openstile/stile/shared/face"
)

// transposed is OpenCV's GEMM_2_T: the second factor is given by rows.
const transposed = 2

// product is OpenCV's matrix product of the rows and the probe, whose best two
// are then picked. OpenCV runs on one thread since the models were opened.
type product struct {
	label      string
	probeFirst bool           // the same product, its factors exchanged, takes other code in OpenCV
	pinned     runtime.Pinner // the rows, which are gigabytes and not copied
	rows       gocv.Mat
	probe      gocv.Mat
	none       gocv.Mat
	scores     gocv.Mat
}

func newProduct(g *gallery, label string, probeFirst bool) (*product, error) {
	p := &product{label: label, probeFirst: probeFirst}
	first := unsafe.SliceData(g.rows)
	p.pinned.Pin(first)
	var err error
	p.rows, err = gocv.NewMatFromBytes(g.len(), dimension, gocv.MatTypeCV32F, unsafe.Slice((*byte)(unsafe.Pointer(first)), 4*len(g.rows)))
	if err != nil {
		p.pinned.Unpin()
		return nil, fmt.Errorf("give the templates to OpenCV: %w", err)
	}
	p.probe, p.none, p.scores = gocv.NewMatWithSize(1, dimension, gocv.MatTypeCV32F), gocv.NewMat(), gocv.NewMat()
	return p, nil
}

func (p *product) name() string { return p.label }

func (p *product) search(q face.Vector) (int, time.Duration, error) {
	probe, err := p.probe.DataPtrFloat32()
	if err != nil {
		return 0, 0, err
	}
	copy(probe, q)
	start := time.Now()
	if p.probeFirst {
		gocv.Gemm(p.probe, p.rows, 1, p.none, 0, &p.scores, transposed)
	} else {
		gocv.Gemm(p.rows, p.probe, 1, p.none, 0, &p.scores, transposed)
	}
	scores, err := p.scores.DataPtrFloat32()
	best, _ := bestTwo(len(scores), func(i int) face.Score { return face.Score(scores[i]) })
	return best.row, time.Since(start), err
}

func (p *product) close() error {
	defer p.pinned.Unpin()
	return errors.Join(p.rows.Close(), p.probe.Close(), p.none.Close(), p.scores.Close())
}
