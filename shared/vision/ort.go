package vision

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// ortLibrary is the library this process has loaded. ONNX Runtime has one
// environment per process and it stays until the process ends.
var ortLibrary struct {
	sync.Mutex
	path string
}

// ortEngine runs models with one thread per call and no spinning: with its own
// defaults ONNX Runtime takes twice as long on two cores.
type ortEngine struct{}

func newORTEngine(path string) (ortEngine, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ortEngine{}, fmt.Errorf("load ONNX Runtime: %w", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return ortEngine{}, fmt.Errorf("load ONNX Runtime: %w", err)
	}
	ortLibrary.Lock()
	defer ortLibrary.Unlock()
	switch ortLibrary.path {
	case path:
		return ortEngine{}, nil
	case "":
	default:
		return ortEngine{}, fmt.Errorf("load ONNX Runtime %s: %s is already loaded", path, ortLibrary.path)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(); err != nil {
		return ortEngine{}, fmt.Errorf("load ONNX Runtime %s: %w", path, err)
	}
	ortLibrary.path = path
	return ortEngine{}, nil
}

func (ortEngine) load(m *Model, outputs []string) (loaded, error) {
	shapes, err := ortShapes(m, outputs)
	if err != nil {
		return nil, err
	}
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer opts.Destroy() //nolint:errcheck // the session has its own copy
	if err := errors.Join(
		opts.SetIntraOpNumThreads(1),
		opts.SetInterOpNumThreads(1),
		opts.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		opts.AddSessionConfigEntry("session.inter_op.allow_spinning", "0"),
	); err != nil {
		return nil, err
	}
	session, err := ort.NewDynamicAdvancedSessionWithONNXData(m.data, []string{m.Input.Name}, outputs, opts)
	if err != nil {
		return nil, err
	}
	return &ortModel{session, m.Input.Name, ortShape(m.Input.Shape), outputs, shapes}, nil
}

// ortShapes compares the model's own input with the manifest's and returns the
// shapes of the named outputs.
func ortShapes(m *Model, outputs []string) ([]ort.Shape, error) {
	ins, outs, err := ort.GetInputOutputInfoWithONNXData(m.data)
	if err != nil {
		return nil, err
	}
	in, err := find(ins, m.Input.Name, "input")
	if err != nil {
		return nil, err
	}
	if want := ortShape(m.Input.Shape); !slices.EqualFunc(in.Dimensions, want, func(has, want int64) bool {
		return has == want || has < 0
	}) {
		return nil, fmt.Errorf("input %q has shape %v, the manifest says %v", in.Name, in.Dimensions, want)
	}
	shapes := make([]ort.Shape, len(outputs))
	for i, name := range outputs {
		out, err := find(outs, name, "output")
		if err != nil {
			return nil, err
		}
		shape := out.Dimensions.Clone()
		if len(shape) > 0 && shape[0] < 0 {
			shape[0] = 1 // batch
		}
		if err := shape.Validate(); err != nil {
			return nil, fmt.Errorf("output %q has shape %v: only the batch may vary", name, out.Dimensions)
		}
		shapes[i] = shape
	}
	return shapes, nil
}

func find(infos []ort.InputOutputInfo, name, what string) (ort.InputOutputInfo, error) {
	for _, info := range infos {
		if info.Name == name {
			return info, nil
		}
	}
	return ort.InputOutputInfo{}, fmt.Errorf("the model has no %s %q", what, name)
}

func ortShape(dims []int) ort.Shape {
	shape := make(ort.Shape, len(dims))
	for i, d := range dims {
		shape[i] = int64(d)
	}
	return shape
}

// ortModel is one session: ONNX Runtime lets any number of threads run it.
type ortModel struct {
	session     *ort.DynamicAdvancedSession
	inputName   string
	input       ort.Shape
	outputNames []string
	outputs     []ort.Shape
}

func (m *ortModel) newNetwork() (network, error) {
	binding, err := m.session.CreateIoBinding()
	if err != nil {
		return nil, err
	}
	n := &ortNetwork{session: m.session, binding: binding}
	if err := n.bind(m.input, binding.BindInput, m.inputName); err != nil {
		return nil, errors.Join(err, n.close())
	}
	for i, shape := range m.outputs {
		if err := n.bind(shape, binding.BindOutput, m.outputNames[i]); err != nil {
			return nil, errors.Join(err, n.close())
		}
	}
	return n, nil
}

func (m *ortModel) close() error { return m.session.Destroy() }

// ortNetwork binds its tensors once, so that a run passes no arguments and
// allocates nothing.
type ortNetwork struct {
	session *ort.DynamicAdvancedSession
	binding *ort.IoBinding
	tensors []*ort.Tensor[float32] // the input, then the outputs
}

func (n *ortNetwork) bind(shape ort.Shape, to func(string, ort.Value) error, name string) error {
	t, err := ort.NewEmptyTensor[float32](shape)
	if err != nil {
		return err
	}
	n.tensors = append(n.tensors, t)
	return to(name, t)
}

func (n *ortNetwork) input() []float32       { return n.tensors[0].GetData() }
func (n *ortNetwork) run() error             { return n.session.RunWithBinding(n.binding) }
func (n *ortNetwork) output(i int) []float32 { return n.tensors[i+1].GetData() }

func (n *ortNetwork) wipe() {
	for _, t := range n.tensors {
		clear(t.GetData())
	}
}

func (n *ortNetwork) close() error {
	errs := []error{n.binding.Destroy()}
	for _, t := range n.tensors {
		errs = append(errs, t.Destroy())
	}
	return errors.Join(errs...)
}
