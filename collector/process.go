package collector

import (
	"runtime"

	"golang.org/x/sync/semaphore"
)

// requestsPerProcessor is how many requests all accounts together may have in flight,
// for each processor that Go uses. Thousands at once on a few processors would all be
// answered too late.
const requestsPerProcessor = 512

// Process is what all accounts of a process share.
type Process struct {
	Metrics  *Metrics
	requests *semaphore.Weighted // in flight
}

// NewProcess returns the shared state of a process that has no accounts yet.
func NewProcess() *Process {
	return &Process{
		Metrics:  newMetrics(),
		requests: semaphore.NewWeighted(int64(requestsPerProcessor * runtime.GOMAXPROCS(0))),
	}
}
