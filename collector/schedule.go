package collector

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// The rule of who is asked for first, so that neither a rate limit nor an API that
// hangs takes every value of a scrape:
//
//   - Cheapest first. Counts whose last page is known come before searches, and those
//     before reads and walks. Within a class the order of the configuration decides,
//     and for reads their length: the first ones finish instead of all being half done.
//   - A task that got no answer at all in the run before comes last.
//   - A read that the rate limit leaves no room for is refused without a request, as is
//     one of too many pages. Every tenth time it begins anyway, to see whether it has
//     become shorter.
//
// The limiter applies this order to the requests of a run, and ends requests that are
// stuck while others are starved. Nothing else decides who is served.

const (
	// maxReadPages is how many pages a read may take.
	maxReadPages = 200
	// retryRefused is how often in a row a task is refused before it begins anyway.
	retryRefused = 10
)

// schedule sets the priority of the task's requests; rank is its place in the plan.
func (t *task) schedule(rank int) {
	cost := t.run.counter.Cost(t.query, nil)
	class := inbox.Search
	switch {
	case t.state.unanswered:
		class = inbox.Unanswered
	case cost.Walk:
		class = inbox.Read
	case cost.Known:
		class = inbox.Known
	}
	t.priority = class + inbox.Priority(rank)
}

// refuse returns why a task does not even begin: all that is wanted of it takes more
// requests than it may make.
func (t *task) refuse() error {
	cost := t.run.counter.Cost(t.query, nil)
	if t.counted && !cost.Walk {
		return nil
	}
	err := t.affordable(cost.LastPage)
	if err == nil && cost.Walk && !t.counted {
		err = readable(cost.LastPage)
	}
	if err == nil {
		return nil
	}
	if t.state.refused++; t.state.refused%retryRefused == 0 {
		return nil
	}
	return err
}

// readable returns an error if so many pages are more than a read may take.
func readable(pages int) error {
	if pages <= maxReadPages {
		return nil
	}
	return inbox.Errorf(inbox.TooLarge,
		"its contacts are on %d pages, and at most %d are read: narrow the filter, or count by dimensions (by) instead of group_by", pages, maxReadPages)
}

// affordable returns an error if the rate limit does not admit so many requests
// before the deadline, beside those of the shorter reads of this run.
func (t *task) affordable(requests int) error {
	deadline := t.run.deadline()
	if deadline.IsZero() {
		return nil
	}
	left := max(0, t.run.limiter.Budget(deadline)-float64(t.run.reserved(t)))
	if float64(requests) <= left {
		return nil
	}
	return inbox.Errorf(inbox.Timeout,
		"reading its contacts takes %d requests, and rate_limit leaves %.0f for it before the deadline: raise rate_limit or timeout, or narrow the filter", requests, left)
}

// reserved returns how many requests the reads shorter than t have yet to make: they
// go first, so that one long read does not keep all of them from finishing.
func (r *run) reserved(t *task) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.counter.Cost(t.query, nil).LastPage
	requests := 0
	for _, other := range r.tasks {
		cost := r.counter.Cost(other.query, other.pages)
		if other == t || !other.read || other.reading.finished() || cost.LastPage > maxReadPages || cost.LastPage >= own {
			continue
		}
		requests += cost.Unread
	}
	return requests
}
