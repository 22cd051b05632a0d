package vision

import (
	"fmt"
	"os"
	"path/filepath"
)

// Backends that run the models.
const (
	BackendONNXRuntime = "onnxruntime"
	BackendOpenCV      = "opencv"
)

// engine loads models. What it loads is shared by all goroutines.
type engine interface {
	load(m *Model, outputs []string) (loaded, error)
}

// loaded is one model in memory.
type loaded interface {
	newNetwork() (network, error)
	close() error
}

// network runs a model for one goroutine: fill input, run, read outputs. The
// slices belong to the network and are used again by the next run.
type network interface {
	input() []float32
	run() error
	output(i int) []float32 // in the order of the names given to load
	wipe()                  // overwrites all of them
	close() error
}

// newEngine opens the wanted backend, or the best one present for "".
func newEngine(m *Manifest, backend string) (engine, string, error) {
	lib, listed := m.library()
	path := filepath.Join(m.dir, lib.File.File)
	if backend == "" {
		backend = BackendOpenCV
		if _, err := os.Stat(path); listed && err == nil {
			backend = BackendONNXRuntime
		}
	}
	switch backend {
	case BackendOpenCV:
		return dnnEngine{}, backend, nil
	case BackendONNXRuntime:
		if !listed {
			return nil, "", fmt.Errorf("the manifest lists no ONNX Runtime for this processor")
		}
		e, err := newORTEngine(path)
		return e, backend, err
	default:
		return nil, "", fmt.Errorf("backend %q: want %s or %s", backend, BackendONNXRuntime, BackendOpenCV)
	}
}
