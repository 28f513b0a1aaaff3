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

// closeTimeout is how long Close and Retire wait for a run that should have ended.
const closeTimeout = time.Second

// Account runs the queries of one account. It remembers pages, groups and the state of
// queries from run to run.
type Account struct {
	config  *config.Account
	client  *inbox.Client
	limiter *inbox.Limiter
	counter *paging.Counter
	process *Process
	metrics *accountMetrics
	logger  log.Logger

	mu      sync.Mutex
	running *run      // makes requests; nil: none
	next    *run      // starts when running has ended; nil: none
	latest  *Snapshot // of the latest run that has ended; nil before the first
	states  map[*config.Query]*queryState
}

// NewAccount returns the account configured by c. It makes no requests before the first
// Scrape. It returns an error if the HTTP client cannot be created. The account must be
// closed.
func NewAccount(c *config.Account, process *Process, logger log.Logger) (*Account, error) {
	process.Know(c)
	roundTripper, err := transport.New(c.HTTP, "botpenguin_exporter/"+version.Version, process.remember(c))
	if err != nil {
		return nil, fmt.Errorf("account %s: creating the HTTP client: %s", c.Name, process.Secrets.Redact(err.Error()))
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
	a.client = inbox.NewClient(c.URL, roundTripper, process.Secrets, a.metrics.observe)
	a.counter = &paging.Counter{Audited: a.metrics.audited}
	for _, q := range c.Queries {
		a.states[q] = newQueryState(q)
	}
	return a
}

// Name returns the account's name.
func (a *Account) Name() string { return a.config.Name }

// Timeout returns how long a scrape of the account may take at most.
func (a *Account) Timeout() time.Duration { return a.config.Timeout }

// Series returns a lower bound for the number of series in a scrape of the account.
func (a *Account) Series() int {
	n := seriesPerAccount
	for _, q := range a.config.Queries {
		n += seriesPerQuery + len(q.Parts)
	}
	return n
}

// Retire waits for the scrapes in flight, each of which ends at its own deadline, and
// closes the account.
func (a *Account) Retire() {
	for r := a.lastRun(); r != nil; r = a.lastRun() {
		select {
		case <-r.done:
		case <-time.After(2*a.config.Timeout + closeTimeout): // for r and the run before it
			a.Close()
			return
		}
	}
	a.Close()
}

// Close cancels the account's runs and closes its idle connections.
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

// lastRun returns the run that will end last, nil if there is none.
func (a *Account) lastRun() *run {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next != nil {
		return a.next
	}
	return a.running
}

// ScrapeAll calls scrape for all accounts concurrently and returns the snapshots in the
// order of the accounts.
func ScrapeAll(accounts []*Account, scrape func(*Account) *Snapshot) []*Snapshot {
	snapshots := make([]*Snapshot, len(accounts))
	var all sync.WaitGroup
	for i, account := range accounts {
		all.Go(func() { snapshots[i] = scrape(account) })
	}
	all.Wait()
	return snapshots
}
