package collector

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/common/version"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/paging"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/transport"
)

// closeTimeout is how long Close and Retire wait for a run beyond its deadline. A run
// ends with its context; this is the bound should it not.
const closeTimeout = time.Second

// Account runs the queries of one account. What it has learned lasts until it is
// closed.
type Account struct {
	config  *config.Account
	client  *inbox.Client
	limiter *inbox.Limiter
	counter *paging.Counter
	process *Process
	metrics *accountMetrics
	logger  log.Logger

	mu      sync.Mutex
	running *run      // asks the API; nil: none
	next    *run      // begins when running has ended; nil: none
	latest  *Snapshot // of the latest run that ended; nil before the first
	states  map[*config.Query]*queryState
}

// NewAccount returns the account that c describes, one of those of a process. It logs
// to logger; nothing is requested before the first Scrape. An error says why its HTTP
// client cannot be made. Close must be called.
func NewAccount(c *config.Account, process *Process, logger log.Logger) (*Account, error) {
	roundTripper, err := transport.New(c.HTTP, "botpenguin_exporter/"+version.Version)
	if err != nil {
		return nil, fmt.Errorf("account %s: making the HTTP client: %w", c.Name, err)
	}
	return newAccount(c, roundTripper, process, logger), nil
}

func newAccount(c *config.Account, roundTripper http.RoundTripper, process *Process, logger log.Logger) *Account {
	a := &Account{
		config:  c,
		limiter: inbox.NewLimiter(c.RateLimit, c.Concurrency),
		process: process,
		metrics: process.Metrics.account(c.Name),
		logger:  log.With(logger, "account", c.Name),
		states:  make(map[*config.Query]*queryState),
	}
	a.client = inbox.NewClient(c.URL, roundTripper, a.metrics.observe)
	a.counter = &paging.Counter{Audited: a.metrics.audited}
	for _, q := range c.Queries {
		a.states[q] = newQueryState(q)
	}
	return a
}

// Name returns the account's name.
func (a *Account) Name() string { return a.config.Name }

// Timeout returns the longest that a scrape of the account may take.
func (a *Account) Timeout() time.Duration { return a.config.Timeout }

// Series returns how many series a scrape of the account has at least.
func (a *Account) Series() int {
	const ofAccount, ofQuery = 3, 3
	n := ofAccount
	for _, q := range a.config.Queries {
		n += ofQuery + len(q.Parts)
	}
	return n
}

// Retire closes the account when the scrapes under way have been answered, each by
// its own deadline.
func (a *Account) Retire() {
	for r := a.lastRun(); r != nil; r = a.lastRun() {
		select {
		case <-r.done:
		case <-time.After(2*a.config.Timeout + closeTimeout): // it and the one before it
			a.Close()
			return
		}
	}
	a.Close()
}

// Close cancels what the account still does, and closes its idle connections.
func (a *Account) Close() {
	a.mu.Lock()
	runs := []*run{a.running, a.next}
	for _, r := range runs {
		if r != nil {
			r.abandoned = true
			r.cancel(errClosed)
		}
	}
	a.mu.Unlock()
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	for _, r := range runs {
		if r != nil {
			select {
			case <-r.done:
			case <-timer.C:
			}
		}
	}
	a.client.Close()
}

// lastRun returns the run that will end last, nil if none is under way.
func (a *Account) lastRun() *run {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next != nil {
		return a.next
	}
	return a.running
}

// ScrapeAll scrapes accounts concurrently, each by scrape, and returns what that
// returned, in their order.
func ScrapeAll(accounts []*Account, scrape func(*Account) *Snapshot) []*Snapshot {
	snapshots := make([]*Snapshot, len(accounts))
	var all sync.WaitGroup
	for i, account := range accounts {
		all.Go(func() { snapshots[i] = scrape(account) })
	}
	all.Wait()
	return snapshots
}
