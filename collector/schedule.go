package collector

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// The order of requests, chosen so that neither a low rate limit nor a hanging API costs
// a scrape all its values:
//
//   - Cheapest first: counts whose last page is known, then searches, then reads and
//     walks. Within a class the order is that of the configuration, and for reads the
//     shortest comes first, so that some finish instead of none.
//   - The first request of a task waits for the limiter before the next task begins.
//   - A task that got no response in the previous run begins when the others have been
//     counted, or after half of the time: most likely its request takes a slot for as long
//     as it can.
//   - A read is refused without a request if it has too many pages, or more than the rate
//     limit admits before the deadline. Every tenth time it is tried anyway, in case it
//     has become shorter.
//
// The limiter applies this order to the requests of a run, and cancels stuck requests
// while others starve.

const (
	// maxReadPages is the maximum number of pages of a read.
	maxReadPages = 200
	// retryRefused is the number of scrapes after which a refused task is tried again.
	retryRefused = 10
)

// schedule sets the priority of the task's requests. rank is its position in the plan.
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

// admit returns an error if the task is refused, because it cannot be finished in this
// run. A task that can at least count is admitted.
func (t *task) admit() error {
	cost := t.run.counter.Cost(t.query, nil)
	if t.counted && !cost.Walk {
		return nil
	}
	err := t.checkBudget(cost.LastPage)
	if err == nil && cost.Walk && !t.counted {
		err = checkPages(cost.LastPage)
	}
	if err == nil {
		return nil
	}
	if t.state.refused++; t.state.refused%retryRefused == 0 {
		return nil
	}
	return err
}

// checkPages returns an error if a read has too many pages.
func checkPages(pages int) error {
	if pages <= maxReadPages {
		return nil
	}
	return inbox.Errorf(inbox.TooLarge,
		"the contacts are on %d pages, and at most %d are read: narrow the filter, or count by dimensions (by) instead of group_by", pages, maxReadPages)
}

// checkBudget returns an error if the rate limit does not admit this number of requests
// before the deadline, in addition to those of shorter reads in this run.
func (t *task) checkBudget(requests int) error {
	deadline := t.run.deadline()
	if deadline.IsZero() {
		return nil
	}
	left := max(0, t.run.limiter.Budget(deadline)-float64(t.run.reserved(t)))
	if float64(requests) <= left {
		return nil
	}
	return inbox.Errorf(inbox.Timeout,
		"reading the contacts takes %d requests, but rate_limit leaves only %.0f before the deadline: raise rate_limit or timeout, or narrow the filter", requests, left)
}

// reserved returns the number of requests left for reads shorter than t. They come first,
// so that one long read does not starve them all.
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
