package bench

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
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

func anonymous() uint64 { return kilobytes("/proc/self/status", "RssAnon:") << 10 }

// available is the memory that the system can still give, in bytes.
func available() uint64 { return kilobytes("/proc/meminfo", "MemAvailable:") << 10 }

// kilobytes reads a number that Linux tells; 0 where it does not.
func kilobytes(path, key string) uint64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(text, []byte(key))
	var n uint64
	fmt.Sscan(string(after), &n) //nolint:errcheck // 0 then
	return n
}
