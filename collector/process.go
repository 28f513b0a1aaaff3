package collector

import (
	"runtime"

	"golang.org/x/sync/semaphore"
)

// requestsPerProcessor is the limit on requests in flight of all accounts together, per
// processor that Go uses. With thousands of them on a few processors, the responses would
// all be processed too late.
const requestsPerProcessor = 512

// Process is the state shared by all accounts of a process. It survives a reload of the
// configuration.
type Process struct {
	Metrics  *Metrics
	requests *semaphore.Weighted // in flight
}

// NewProcess returns the shared state for a process without accounts.
func NewProcess() *Process {
	return &Process{
		Metrics:  newMetrics(),
		requests: semaphore.NewWeighted(int64(requestsPerProcessor * runtime.GOMAXPROCS(0))),
	}
}
