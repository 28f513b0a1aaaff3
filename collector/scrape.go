package collector

import (
	"context"
	"time"
)

// Scrape joins the account's current run or starts one, and returns what is done when
// the run ends, ctx ends, or the deadline passes. The zero deadline means none. Queries
// that are not done have errors in the snapshot.
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

// join makes a scrape join a run: see the package comment for which one. a.mu is held.
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

// start starts a run. No other run is running. a.mu is held.
func (a *Account) start(r *run) {
	a.running = r
	r.begin(a.plan())
	go func() {
		r.execute()
		a.end(r)
	}()
}

// end records the outcome of a run that has ended, and starts the next one, if any.
func (a *Account) end(r *run) {
	stuck := r.session.End(a.metrics.stuckRunEnded)
	if stuck {
		a.metrics.stuckRunBegan()
	}
	a.mu.Lock()
	r.outcome = a.snapshot(r)
	changes := a.remember(r)
	r.releaseContacts()
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

// remember records the outcome of a run and returns the changes to log. If all clients
// have disconnected, unfinished queries are not failures. a.mu is held.
func (a *Account) remember(r *run) []change {
	var changes []change
	for i := range r.outcome.Results {
		if result := &r.outcome.Results[i]; !r.abandoned || result.Err() == nil {
			changes = append(changes, a.rememberResult(result)...)
		}
	}
	r.mu.Lock()
	for _, p := range r.parts {
		if p.task.reading.finished() {
			changes = append(changes, a.missingFields(p)...)
		}
	}
	r.mu.Unlock()
	if !r.abandoned {
		a.latest = r.outcome
		r.rememberTasks()
	}
	return merge(changes)
}

// leave removes a scrape from its run and returns what the run has done. The last scrape
// to leave cancels the run. If the run has not started yet, leave returns what the current
// run has done, which is not older than one timeout either.
func (a *Account) leave(r *run) *Snapshot {
	a.mu.Lock()
	last := r.leave()
	if last && r.outcome == nil {
		r.abandoned = r.abandoned || r.beforeDeadline()
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
		r.waitCanceled()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.outcome != nil {
		return r.outcome
	}
	return a.snapshot(r)
}
