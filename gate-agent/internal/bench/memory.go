package bench

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// memory is what the process holds: on the heap after a collection, and in all
// anonymous mappings, which need not be on the heap.
type memory struct{ heap, anonymous uint64 }

func memoryInUse() memory {
	debug.FreeOSMemory() // also collects
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return memory{heap: stats.HeapAlloc, anonymous: anonymous()}
}

// since returns by how much the larger of the two has grown.
func (m memory) since(before memory) float64 {
	return max(float64(m.heap)-float64(before.heap), float64(m.anonymous)-float64(before.anonymous))
}

// anonymous is 0 where the system does not tell.
func anonymous() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(status, []byte("RssAnon:"))
	fields := bytes.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseUint(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
