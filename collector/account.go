// Package collector turns the inboxes of accounts into Prometheus metrics.
//
// One scrape of an account is a plan: its queries, reduced to the distinct request
// bodies that they need, the cheap before the dear. Scrapes that overlap share one
// run of the plan. Each gets a Snapshot of what was done by its own deadline, and a
// Snapshot becomes gauges.
package collector

import (
	"context"
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

// Account runs the queries of one account. What it has learnt lasts as long as it
// does: until the configuration is replaced.
type Account struct {
	config  *config.Account
	client  *inbox.Client
	gate    *inbox.Gate
	counter *paging.Counter
	metrics *accountMetrics
	logger  log.Logger

	mu      sync.Mutex
	current *run      // that scrapes join, nil when none is under way
	newest  *run      // the one that began last; the next begins when it has ended
	latest  *Snapshot // of the latest run that ended
	history map[*config.Query]*history

	habitsMu sync.Mutex
	habits   map[string]*habit // by the key of a task's filter
}

// NewAccount returns the account that c describes. It counts its requests in metrics
// and logs to logger; nothing is asked before the first Scrape. An error says why
// its HTTP client cannot be made. Close must be called.
func NewAccount(c *config.Account, metrics *Metrics, logger log.Logger) (*Account, error) {
	roundTripper, err := transport.New(c.HTTP, "botpenguin_exporter/"+version.Version)
	if err != nil {
		return nil, fmt.Errorf("account %s: making the HTTP client: %w", c.Name, err)
	}
	return newAccount(c, roundTripper, metrics, logger), nil
}

func newAccount(c *config.Account, transport http.RoundTripper, metrics *Metrics, logger log.Logger) *Account {
	a := &Account{
		config:  c,
		gate:    inbox.NewGate(c.RateLimit, c.Concurrency),
		metrics: metrics.account(c.Name),
		logger:  log.With(logger, "account", c.Name),
		history: make(map[*config.Query]*history),
		habits:  make(map[string]*habit),
	}
	a.client = inbox.NewClient(c.URL, transport, a.observe)
	a.counter = &paging.Counter{Audited: a.metrics.audited}
	for _, q := range c.Queries {
		h := &history{}
		for range q.Parts {
			h.groups = append(h.groups, declaredGroups(q))
		}
		a.history[q] = h
	}
	return a
}

// Name returns the account's name.
func (a *Account) Name() string { return a.config.Name }

// Timeout returns the longest that a scrape of the account may take.
func (a *Account) Timeout() time.Duration { return a.config.Timeout }

// Retire lets go of an account that is not scraped any more: when the scrapes under way
// have ended, so do its connections.
func (a *Account) Retire() {
	a.mu.Lock()
	newest := a.newest
	a.mu.Unlock()
	if newest != nil {
		<-newest.done
	}
	a.client.Close()
}

// Close ends what the account still does and its idle connections.
func (a *Account) Close() {
	a.mu.Lock()
	newest := a.newest
	if newest != nil {
		newest.abandoned = true
	}
	a.mu.Unlock()
	if newest != nil {
		newest.ctx.end(context.Canceled)
		<-newest.done
	}
	a.client.Close()
}

// Scrape runs the account's queries, or joins the run that is under way, and returns
// what is done by the deadline, which is when it returns at the latest; the zero
// deadline waits for everything. When ctx ends it returns at once. The last one out
// ends the run.
func (a *Account) Scrape(ctx context.Context, deadline time.Time) *Snapshot {
	a.mu.Lock()
	if a.latest != nil && a.latest.fresh(a.config.MinInterval) {
		defer a.mu.Unlock()
		return a.latest
	}
	r := a.current
	if r == nil || !r.ctx.extend(deadline) {
		r = a.begin(deadline)
	}
	r.waiting++
	a.mu.Unlock()

	r.wait(ctx, deadline)
	return a.leave(r)
}

// ScrapeAll scrapes accounts side by side, each by scrape, and returns what that
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

// begin begins a run. The account is locked.
func (a *Account) begin(deadline time.Time) *run {
	r := newRun(a, deadline)
	previous := a.newest
	a.current, a.newest = r, r
	go func() {
		if previous != nil {
			<-previous.done // two runs at once would spoil each other's memory
		}
		r.execute()
		a.end(r)
		close(r.done)
	}()
	return r
}

// leave returns what r has done for one who waits no longer.
func (a *Account) leave(r *run) *Snapshot {
	a.mu.Lock()
	r.waiting--
	last := r.waiting == 0
	if last && a.current == r {
		a.current = nil
		deadline, ok := r.ctx.Deadline()
		r.abandoned = !ok || time.Now().Before(deadline)
	}
	a.mu.Unlock()
	if last {
		r.stop()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.outcome != nil {
		return r.outcome
	}
	return r.snapshot()
}

// end takes in the outcome of a run that has ended.
func (a *Account) end(r *run) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == r {
		a.current = nil
	}
	r.outcome = r.snapshot()
	a.latest = r.outcome
	for i := range a.latest.Results {
		if result := &a.latest.Results[i]; !r.abandoned || result.Err() == nil {
			a.judge(result)
		}
	}
	for _, t := range r.tasks {
		if t.requests > 0 && !r.abandoned {
			a.habit(t).stalled = t.stalled()
		}
	}
}
