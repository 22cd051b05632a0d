package vision

/*
#cgo pkg-config: opencv4
void stile_opencv_sequential(void);
*/
import "C"

import "sync"

// sequentialOpenCV makes OpenCV run on the thread that calls it, in the whole
// process: an Analyser is one thread, and a shared pool would make Analysers
// wait for each other.
var sequentialOpenCV = sync.OnceFunc(func() { C.stile_opencv_sequential() })
