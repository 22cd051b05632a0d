// Package vision turns a frame into faces, quality, liveness and templates.
// It is the only code that touches OpenCV and ONNX Runtime. Which models run,
// and how, is written in a manifest (LoadManifest), so that another recogniser
// or detector needs no change here.
//
// Nothing is written to disk and nothing is logged. An Analyser's buffers hold
// the last face it saw until the next one, or until it is wiped or closed.
package vision
