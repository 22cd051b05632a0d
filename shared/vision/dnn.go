package vision

import (
	"errors"
	"fmt"
	"slices"

	"gocv.io/x/gocv"
)

// dnnEngine runs models in OpenCV, where ONNX Runtime's library is absent.
type dnnEngine struct{}

func (dnnEngine) load(m *Model, outputs []string) (loaded, error) {
	return &dnnModel{model: m, outputs: outputs}, nil
}

// dnnModel only keeps the file: a net of OpenCV holds the state of a run, so
// every goroutine needs its own.
type dnnModel struct {
	model   *Model
	outputs []string
}

func (m *dnnModel) newNetwork() (network, error) {
	net, err := gocv.ReadNetFromONNXBytes(m.model.data)
	if err != nil {
		return nil, err
	}
	n := &dnnNetwork{net: net, name: m.model.Input.Name, outputs: m.outputs}
	if net.Empty() {
		return nil, errors.Join(errors.New("OpenCV cannot read the model"), n.close())
	}
	// Asking OpenCV for a layer it does not know ends the process.
	layers := net.GetLayerNames()
	for _, name := range m.outputs {
		if !slices.Contains(layers, name) {
			return nil, errors.Join(fmt.Errorf("the model has no output %q", name), n.close())
		}
	}
	n.blob = gocv.NewMatWithSizes(m.model.Input.Shape, gocv.MatTypeCV32F)
	if n.in, err = n.blob.DataPtrFloat32(); err != nil {
		return nil, errors.Join(err, n.close())
	}
	clear(n.in)
	if err := n.run(); err != nil {
		return nil, errors.Join(err, n.close())
	}
	return n, nil
}

func (m *dnnModel) close() error { return nil }

type dnnNetwork struct {
	net     gocv.Net
	blob    gocv.Mat
	in      []float32
	name    string
	outputs []string
	out     [][]float32
}

func (n *dnnNetwork) input() []float32       { return n.in }
func (n *dnnNetwork) output(i int) []float32 { return n.out[i] }

func (n *dnnNetwork) run() error {
	n.net.SetInput(n.blob, n.name)
	blobs := n.net.ForwardLayers(n.outputs)
	if n.out == nil {
		n.out = make([][]float32, len(blobs))
	}
	var errs []error
	for i := range blobs {
		data, err := blobs[i].DataPtrFloat32()
		n.out[i] = append(n.out[i][:0], data...)
		errs = append(errs, err, blobs[i].Close())
	}
	return errors.Join(errs...)
}

func (n *dnnNetwork) wipe() {
	clear(n.in)
	for _, out := range n.out {
		clear(out)
	}
}

func (n *dnnNetwork) close() error {
	var err error
	if n.blob.Ptr() != nil {
		err = n.blob.Close()
	}
	return errors.Join(err, n.net.Close())
}
