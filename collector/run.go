package collector

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/paging"
)

const (
	// windDownTime is how long the last scrape to leave waits for its run to end.
	windDownTime = 50 * time.Millisecond
	// maxRecounts is how often a number is counted again because the page size proved
	// wrong while others were counted.
	maxRecounts = 2
)

// errClosed is why the runs of a closed account end.
var errClosed = errors.New("the account was closed")

// run asks the API on behalf of all scrapes that have joined it.
type run struct {
	counter *paging.Counter
	limiter *inbox.Limiter
	session *inbox.Session
	logger  log.Logger
	timeout time.Duration // of the account: the longest that the run may take

	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the outcome is there

	release context.CancelFunc // of the deadline; set when it begins

	// Account.mu guards these.
	scrapes   int       // that wait for it
	abandoned bool      // every client hung up: what it lacks is no failure
	outcome   *Snapshot // nil until it has ended

	mu     sync.Mutex // guards the rest, and the outcomes of the tasks
	latest time.Time  // the latest deadline of its scrapes
	whole  bool       // one of them has no deadline: it waits for everything
	*plan             // nil until it begins

	end atomic.Pointer[time.Time] // what deadline returns; it follows from the above
}

// newRun returns a run that has not begun.
func (a *Account) newRun() *run {
	r := &run{
		counter: a.counter,
		limiter: a.limiter,
		logger:  a.logger,
		timeout: a.config.Timeout,
		done:    make(chan struct{}),
	}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	r.session = inbox.NewSession(a.client, a.limiter, inbox.SessionOptions{
		Retried: a.metrics.retried, Deadline: r.deadline, Process: a.process.requests,
	})
	return r
}

// join has the run wait for one scrape more.
func (r *run) join(deadline time.Time) {
	r.scrapes++
	r.mu.Lock()
	defer r.mu.Unlock()
	r.whole = r.whole || deadline.IsZero()
	if deadline.After(r.latest) {
		r.latest = deadline
	}
	r.setEnd()
}

// leave has the run wait for one scrape less, and reports whether it was the last.
func (r *run) leave() (last bool) {
	r.scrapes--
	return r.scrapes == 0
}

// admits reports whether a scrape may join the run, which has begun.
func (r *run) admits(deadline time.Time) bool {
	r.mu.Lock()
	began := r.now
	r.mu.Unlock()
	end := r.deadline()
	switch {
	case r.ctx.Err() != nil:
		return false
	case deadline.IsZero() || end.IsZero():
		return end.IsZero()
	default:
		return time.Since(began) < r.timeout/2 || !end.After(deadline)
	}
}

// deadline returns when the run will end at the latest, as far as is known now: a
// scrape that joins may move it, but never beyond one timeout after the beginning.
// It is zero if the run has no end. It takes no lock.
func (r *run) deadline() time.Time { return *r.end.Load() }

// setEnd sets what deadline returns. r.mu is held.
func (r *run) setEnd() {
	end := r.latest
	if r.plan != nil && r.now.Add(r.timeout).Before(end) {
		end = r.now.Add(r.timeout)
	}
	if r.whole {
		end = time.Time{}
	}
	r.end.Store(&end)
}

// early reports whether it is earlier than the run's deadline.
func (r *run) early() bool {
	deadline := r.deadline()
	return deadline.IsZero() || time.Now().Before(deadline)
}

// begin gives the run its plan and its end.
func (r *run) begin(p *plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.plan = p
	queries := make([]paging.Query, len(p.tasks))
	for i, t := range p.tasks {
		t.run = r
		queries[i] = t.query
	}
	r.counter.ScheduleAudits(queries)
	r.release = func() {}
	if !r.whole {
		r.ctx, r.release = context.WithDeadline(r.ctx, r.now.Add(r.timeout))
	}
	r.setEnd()
}

// execute performs the tasks, and those again that were counted with a page size that
// has proved wrong since.
func (r *run) execute() {
	defer r.release()
	defer r.cancel(context.Canceled)
	for tasks := r.tasks; len(tasks) > 0; tasks = r.stale() {
		for rank, t := range tasks {
			t.schedule(rank)
		}
		var all sync.WaitGroup
		for _, t := range tasks {
			all.Go(func() { t.perform(r.ctx) })
		}
		all.Wait()
	}
}

// stale returns the tasks whose number has become stale, as if they had not been
// counted. A read is not done again.
func (r *run) stale() []*task {
	r.mu.Lock()
	defer r.mu.Unlock()
	var tasks []*task
	for _, t := range r.tasks {
		if r.ctx.Err() == nil && t.counting.err == nil && t.number.Stale() && t.recounts < maxRecounts {
			t.recounts++
			t.counting = step{}
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// wait waits for the run to be done, or for ctx to end, or for the deadline unless it
// is zero.
func (r *run) wait(ctx context.Context, deadline time.Time) {
	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-r.done:
	case <-ctx.Done():
	case <-late:
	}
}

// windDown gives a run that was cancelled a moment to put down what it has.
func (r *run) windDown() {
	timer := time.NewTimer(windDownTime)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
}
