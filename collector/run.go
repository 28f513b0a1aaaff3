package collector

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/paging"
)

const (
	// cancelTimeout is how long the last scrape to leave waits for its canceled run.
	cancelTimeout = 50 * time.Millisecond
	// maxRecounts is how often a task is repeated because another task found that the page
	// size was wrong.
	maxRecounts = 2
)

// errClosed is the cancellation cause of the runs of a closed account.
var errClosed = errors.New("the account was closed")

// run makes the requests of all scrapes that have joined it.
type run struct {
	counter *paging.Counter
	limiter *inbox.Limiter
	process *Process
	session *inbox.Session
	logger  log.Logger
	timeout time.Duration // of the account: how long the run may take

	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when outcome is set

	release context.CancelFunc // of the context with a deadline; set by begin

	// Account.mu guards these.
	scrapes   int       // number of waiting scrapes
	abandoned bool      // all clients have disconnected: unfinished queries are not failures
	outcome   *Snapshot // nil until the run has ended

	mu        sync.Mutex // guards the fields below, and the outcomes of the tasks
	latest    time.Time  // the latest deadline of its scrapes
	unbounded bool       // a scrape has no deadline
	*plan                // nil until the run begins

	end atomic.Pointer[time.Time] // what deadline returns
}

// newRun returns a run that has not begun.
func (a *Account) newRun() *run {
	r := &run{
		counter: a.counter,
		limiter: a.limiter,
		process: a.process,
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

// join adds a scrape to the run. The zero deadline means none. Account.mu is held.
func (r *run) join(deadline time.Time) {
	r.scrapes++
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unbounded = r.unbounded || deadline.IsZero()
	if deadline.After(r.latest) {
		r.latest = deadline
	}
	r.setEnd()
}

// leave removes a scrape from the run, and reports whether it was the last. Account.mu is
// held.
func (r *run) leave() (last bool) {
	r.scrapes--
	return r.scrapes == 0
}

// admits reports whether a scrape may join the run, which has begun: see the package
// comment.
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

// deadline returns when the run ends at the latest. A scrape that joins may extend it, up
// to one timeout after the start of the run. It is zero if there is no deadline. It takes
// no lock.
func (r *run) deadline() time.Time { return *r.end.Load() }

// setEnd sets what deadline returns. r.mu is held.
func (r *run) setEnd() {
	end := r.latest
	if r.plan != nil && r.now.Add(r.timeout).Before(end) {
		end = r.now.Add(r.timeout)
	}
	if r.unbounded {
		end = time.Time{}
	}
	r.end.Store(&end)
}

// beforeDeadline reports whether the run's deadline has not passed yet.
func (r *run) beforeDeadline() bool {
	deadline := r.deadline()
	return deadline.IsZero() || time.Now().Before(deadline)
}

// begin sets the plan and the deadline.
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
	if !r.unbounded {
		r.ctx, r.release = context.WithDeadline(r.ctx, r.now.Add(r.timeout))
	}
	r.setEnd()
}

// execute performs the tasks. It repeats those whose count relied on a page size that
// turned out to be wrong.
func (r *run) execute() {
	defer r.release()
	defer r.cancel(context.Canceled)
	for tasks := r.tasks; len(tasks) > 0; tasks = r.stale() {
		r.perform(tasks)
	}
}

// perform performs tasks concurrently, in the order that schedule.go describes: the first
// request of each waits for the limiter before the next task begins, and tasks that got no
// response in the run before begin when the others are counted, or after half of the time.
func (r *run) perform(tasks []*task) {
	for rank, t := range tasks {
		t.schedule(rank)
	}
	tasks = slices.SortedStableFunc(slices.Values(tasks), func(a, b *task) int { return cmp.Compare(a.priority, b.priority) })
	unanswered := slices.IndexFunc(tasks, func(t *task) bool { return t.state.unanswered })
	if unanswered < 0 {
		unanswered = len(tasks)
	}
	var all, counts sync.WaitGroup
	begin := func(tasks []*task, counted func()) {
		for _, t := range tasks {
			queued := make(chan struct{})
			t.queued = sync.OnceFunc(func() { close(queued) })
			all.Go(func() { t.perform(r.ctx, counted) })
			<-queued
		}
	}
	counts.Add(unanswered)
	begin(tasks[:unanswered], counts.Done)
	if unanswered < len(tasks) {
		counted := make(chan struct{})
		all.Go(func() {
			counts.Wait()
			close(counted)
		})
		select {
		case <-counted:
		case <-r.halfTime():
		}
		begin(tasks[unanswered:], func() {})
	}
	all.Wait()
}

// halfTime returns a channel that receives after half of the time that the run has left,
// or never if it has no end.
func (r *run) halfTime() <-chan time.Time {
	deadline := r.deadline()
	if deadline.IsZero() {
		return nil
	}
	return time.After(time.Until(deadline) / 2)
}

// stale returns the tasks with a stale count, after resetting their count. A read is not
// repeated.
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

// releaseContacts gives back the memory of what was read. r.mu is not held.
func (r *run) releaseContacts() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		t.releaseContacts()
	}
}

// wait waits until the run is done, ctx ends, or the deadline passes unless it is zero.
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

// waitCanceled gives a canceled run a moment to record its outcome.
func (r *run) waitCanceled() {
	timer := time.NewTimer(cancelTimeout)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
}
