package collector

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const (
	// windDown is how long one who leaves waits for a run that has to end.
	windDown = 50 * time.Millisecond
	// maxRecounts is how often a number is counted again for a page size that
	// proved wrong while others were counted.
	maxRecounts = 2
)

// run is one scrape of an account, shared by all who ask while it is under way.
type run struct {
	account *Account
	ctx     *sharedContext
	session *inbox.Session
	now     time.Time // what "now" is in the filters, and when the run began
	parts   []planned
	tasks   []*task
	done    chan struct{} // closed when nothing of it goes on

	// The account's lock guards these.
	waiting   int       // how many wait for it
	abandoned bool      // ended because nobody did any more: what it lacks is no failure
	outcome   *Snapshot // once it has ended

	mu sync.Mutex // guards the outcomes of the tasks
}

func newRun(a *Account, deadline time.Time) *run {
	r := &run{account: a, ctx: newSharedContext(deadline), now: time.Now(), done: make(chan struct{})}
	r.session = inbox.NewSession(a.client, a.limiter, a.metrics.retried)
	r.parts, r.tasks = plan(a.config.Queries, r.now)
	for _, t := range r.tasks {
		t.run = r
	}
	return r
}

// execute performs the tasks, and some again: those counted with a page size that
// proved wrong since, and those cut short by a deadline that moved since.
func (r *run) execute() {
	defer r.ctx.end(context.Canceled)
	defer r.session.End()
	for tasks := r.tasks; len(tasks) > 0; {
		deadline, _ := r.ctx.Deadline()
		r.perform(tasks)
		tasks = r.again(deadline)
	}
}

// perform performs tasks side by side, the cheap before the dear: at once those whose
// last page is known, and of the others only as many as requests may be in flight, in
// turn, so that some finish. Those that got no answer at all last time wait for the
// rest to be counted, or for half of the time: they must not keep them from it.
func (r *run) perform(tasks []*task) {
	for rank, t := range tasks {
		t.classify(rank)
	}
	tasks = slices.Clone(tasks)
	slices.SortStableFunc(tasks, func(a, b *task) int { return cmp.Compare(a.class, b.class) })
	stalled := slices.IndexFunc(tasks, func(t *task) bool { return t.class == inbox.Unanswered })
	if stalled < 0 {
		stalled = len(tasks)
	}
	turns := make(chan struct{}, r.account.config.Concurrency)
	var all sync.WaitGroup
	counted := r.begin(tasks[:stalled], turns, &all)
	if stalled < len(tasks) {
		select {
		case <-counted:
		case <-r.after(2):
		}
		r.begin(tasks[stalled:], turns, &all)
	}
	all.Wait()
}

// begin begins tasks and returns a channel that is closed when all are counted.
func (r *run) begin(tasks []*task, turns chan struct{}, all *sync.WaitGroup) (counted <-chan struct{}) {
	var counts sync.WaitGroup
	for _, t := range tasks {
		leave := func() {}
		if t.class != inbox.Known {
			r.takeTurn(turns)
			leave = func() { <-turns }
		}
		counts.Add(1)
		all.Go(func() {
			more := t.count(r.ctx)
			leave()
			counts.Done()
			if more {
				t.readAll(r.ctx)
			}
		})
	}
	done := make(chan struct{})
	all.Go(func() {
		counts.Wait()
		close(done)
	})
	return done
}

// takeTurn waits for a turn. When none comes for a third of the run's time, requests
// that hang are ended, and with them the turns of their tasks.
func (r *run) takeTurn(turns chan<- struct{}) {
	for {
		select {
		case turns <- struct{}{}:
			return
		case <-r.after(3):
			r.account.limiter.CancelStuck(r.share(3))
		}
	}
}

// share is a part of the time that the run has in all; 0 when it has no end.
func (r *run) share(parts time.Duration) time.Duration {
	deadline, ok := r.ctx.Deadline()
	if !ok {
		return 0
	}
	return deadline.Sub(r.now) / parts
}

// after returns a channel that receives after a share of the run's time, or never.
func (r *run) after(parts time.Duration) <-chan time.Time {
	if share := r.share(parts); share > 0 {
		return time.After(share)
	}
	return nil
}

// again returns the tasks to perform again, as if they had not been.
func (r *run) again(deadline time.Time) []*task {
	r.mu.Lock()
	defer r.mu.Unlock()
	later, ends := r.ctx.Deadline()
	extended := r.ctx.Err() == nil && (later.After(deadline) || !ends && !deadline.IsZero())
	var tasks []*task
	for _, t := range r.tasks {
		stale := t.counting.err == nil && r.account.counter.Stale(t.number) && t.recounts < maxRecounts
		if stale {
			t.recounts++
		}
		if stale || extended && (isTimeout(t.counting.err) || isTimeout(t.reading.err)) {
			t.counting, t.reading = step{}, step{}
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// owed returns how many requests the reads shorter than t have yet to make: they go
// first, so that one long read does not keep all of them from their end.
func (r *run) owed(t *task) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	length := func(u *task) int {
		last, _ := r.account.counter.LastPage(u.query)
		return last
	}
	owed := 0
	for _, u := range r.tasks {
		last := length(u)
		if u == t || !u.read || !u.reading.ended.IsZero() || last > maxReadPages || last >= length(t) {
			continue
		}
		if u.pages != nil {
			last -= u.pages.Seen()
		}
		owed += max(0, last)
	}
	return owed
}

func isTimeout(err error) bool { return err != nil && inbox.ReasonOf(err) == inbox.Timeout }

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

// stop ends the run and gives it a moment to put down what it has.
func (r *run) stop() {
	r.ctx.end(context.DeadlineExceeded)
	timer := time.NewTimer(windDown)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
}
