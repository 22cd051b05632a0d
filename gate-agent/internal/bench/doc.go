// Package bench measures how fast recognition is, each figure against a peer in
// the same run and in turns with it, because a machine's speed drifts by more
// than many differences: a whole frame against the bare models inside it, a
// search against other exact searches, ONNX Runtime against OpenCV.
package bench
