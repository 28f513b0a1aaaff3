package collector

import (
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/transport"
)

// requestsPerProcessor is the limit on requests in flight of all accounts together, per
// processor that Go uses. With thousands of them on a few processors, the responses would
// all be processed too late.
const requestsPerProcessor = 512

// readMemory is how many bytes of memory all reads together may take for contacts.
const readMemory = 256 << 20

// Process is the state shared by all accounts of a process. It survives a reload of the
// configuration.
type Process struct {
	Metrics  *Metrics
	Secrets  *inbox.Secrets      // of all accounts
	requests *semaphore.Weighted // in flight
	memory   *inbox.Budget       // of reads
}

// NewProcess returns the shared state for a process without accounts.
func NewProcess() *Process {
	return &Process{
		Metrics:  newMetrics(),
		Secrets:  &inbox.Secrets{},
		requests: semaphore.NewWeighted(int64(requestsPerProcessor * runtime.GOMAXPROCS(0))),
		memory:   inbox.NewBudget(readMemory),
	}
}

// Know makes the secrets in the configuration of an account known.
func (p *Process) Know(c *config.Account) {
	remember := p.remember(c)
	remember.URL("url", c.URL)
	transport.Secrets(c.HTTP, remember)
}

func (p *Process) remember(c *config.Account) transport.Remember {
	return func(key, value string) { p.Secrets.Add(c.Name, key, value) }
}

// Forget removes what is known of an account that is not there any more.
func (p *Process) Forget(account string) {
	p.Metrics.forget(account)
	p.Secrets.Forget(account)
}
