package collector

import (
	"context"
	"time"
)

// Scrape runs the account's queries, or joins a run, and returns what is done by the
// deadline, which is when it returns at the latest; the zero deadline waits for
// everything. When ctx ends it returns at once.
func (a *Account) Scrape(ctx context.Context, deadline time.Time) *Snapshot {
	a.mu.Lock()
	if kept := a.latest.keptFor(a.config.MinInterval); kept != nil {
		a.mu.Unlock()
		return kept
	}
	r := a.join(deadline)
	a.mu.Unlock()

	r.wait(ctx, deadline)
	return a.leave(r)
}

// join returns the run that a scrape with that deadline takes part in: see the package
// comment for the rule. a.mu is held.
func (a *Account) join(deadline time.Time) *run {
	switch {
	case a.running == nil:
		r := a.newRun()
		r.join(deadline)
		a.start(r)
		return r
	case a.running.admits(deadline):
		a.running.join(deadline)
		return a.running
	case a.next == nil:
		a.next = a.newRun()
	}
	a.next.join(deadline)
	return a.next
}

// start begins a run. No other one is running, and a.mu is held.
func (a *Account) start(r *run) {
	a.running = r
	r.begin(a.plan())
	go func() {
		r.execute()
		a.end(r)
	}()
}

// end takes in the outcome of a run that has ended, and starts the one that waits.
func (a *Account) end(r *run) {
	stuck := r.session.End(a.metrics.stuckRunEnded)
	if stuck {
		a.metrics.stuckRunBegan()
	}
	a.mu.Lock()
	r.outcome = a.snapshot(r)
	changes := a.remember(r)
	a.running = nil
	if next := a.next; next != nil {
		a.next = nil
		a.start(next)
	}
	a.mu.Unlock()
	close(r.done)
	for _, c := range changes {
		c.log(a.logger)
	}
}

// remember takes in the outcome of a run, and returns what is to be logged of it. What
// a run lacks because every client hung up is no failure. a.mu is held.
func (a *Account) remember(r *run) []change {
	var changes []change
	for i := range r.outcome.Results {
		if result := &r.outcome.Results[i]; !r.abandoned || result.Err() == nil {
			changes = append(changes, a.rememberResult(result)...)
		}
	}
	if !r.abandoned {
		a.latest = r.outcome
		r.learn()
	}
	return merge(changes)
}

// leave returns what r has done for a scrape that waits no longer. The last one to
// leave cancels the run. A scrape whose run has not begun by its deadline gets what the
// run under way has done, which is younger than one timeout, too.
func (a *Account) leave(r *run) *Snapshot {
	a.mu.Lock()
	last := r.leave()
	if last && r.outcome == nil {
		r.abandoned = r.abandoned || r.early()
		r.cancel(context.DeadlineExceeded)
	}
	if a.next == r {
		defer a.mu.Unlock()
		if last {
			a.next = nil
			close(r.done)
		}
		return a.snapshot(a.running)
	}
	a.mu.Unlock()
	if last {
		r.windDown()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.outcome != nil {
		return r.outcome
	}
	return a.snapshot(r)
}
