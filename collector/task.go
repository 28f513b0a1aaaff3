package collector

import (
	"context"
	"fmt"
	"time"

	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/paging"
)

// task is one distinct request body of a run: one count, or one read, which all parts
// of queries with that body share. The run's lock guards its outcome.
type task struct {
	name      string // of the first query that it serves
	query     paging.Query
	body      filter.Body
	counted   bool            // a part wants the number
	read      bool            // a part wants the contacts
	selection inbox.Selection // what is wanted of each contact

	run        *run
	state      taskState  // as of the beginning of the run
	remembered *taskState // where it is kept; Account.mu guards it
	priority   inbox.Priority
	recounts   int

	pages    *paging.Pages // nil before it began
	counting step
	number   paging.Count
	reading  step // begins with the counting
	listing  paging.Listing
	requests int
	answers  int           // of the requests, those that were answered with a page
	silence  time.Duration // the longest that one went unanswered
}

// taskState is what is remembered of a task from run to run.
type taskState struct {
	unanswered bool // it got no answer at all in the latest run
	refused    int  // how often it was not begun
}

// step is a part of a task's work.
type step struct {
	began time.Time
	ended time.Time // zero: not yet
	err   error
}

func (s step) finished() bool { return !s.ended.IsZero() }

// perform counts, and reads if contacts are wanted. A read begins with a count, whose
// pages are then read already.
func (t *task) perform(ctx context.Context) {
	began := time.Now()
	pages := paging.NewPages(t.fetch, t.read)
	t.run.mu.Lock()
	t.pages = pages
	t.run.mu.Unlock()
	var number paging.Count
	err := t.refuse()
	if err == nil {
		number, err = t.run.counter.Count(ctx, t.query, pages)
	}
	t.setCount(number, step{began, time.Now(), err})
	if t.read && err == nil && !t.reading.finished() {
		t.readContacts(ctx)
	}
}

// setCount takes in the outcome of the count. If it failed, so has the read.
func (t *task) setCount(number paging.Count, counting step) {
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.number, t.counting = number, counting
	switch {
	case t.reading.finished():
	case counting.err != nil:
		t.reading = counting
	default:
		t.reading.began = counting.began
	}
}

// readContacts reads the contacts on the pages that the count has not read.
func (t *task) readContacts(ctx context.Context) {
	counter := t.run.counter
	cost := counter.Cost(t.query, t.pages)
	err := readable(cost.LastPage)
	if err == nil {
		err = t.affordable(cost.Unread)
	}
	var listing paging.Listing
	if err == nil {
		t.priority = max(t.priority, inbox.Read+inbox.Priority(cost.LastPage)) // short reads before long ones
		listing, err = counter.Read(ctx, t.query, t.pages)
	}
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.listing = listing
	t.reading.ended, t.reading.err = time.Now(), err
	if err == nil {
		t.number = listing.Count // the newer one
	}
}

// fetch requests a page for the count or the read.
func (t *task) fetch(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
	request := inbox.Request{Body: t.body.Page(p), Observe: func(x inbox.Exchange) { t.observe(p, x) }}
	if contacts {
		request.Selection = &t.selection
	}
	priority := t.priority
	if t.run.counter.Cost(t.query, nil).Walk {
		priority = max(priority, inbox.Read) // also if that was found out just now
	}
	page, err := t.run.session.Page(ctx, request, priority)
	if err != nil {
		return inbox.Page{}, fmt.Errorf("page %d: %w", p, err)
	}
	return page, nil
}

func (t *task) observe(p int, x inbox.Exchange) {
	level.Debug(t.run.logger).Log("msg", "asked the API", "query", t.name, "page", p, "code", code(x),
		"duration", x.Duration, "bytes", x.Bytes, "err", x.Err)
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.requests++
	if x.Err == nil {
		t.answers++
	} else {
		t.silence = max(t.silence, x.Duration)
	}
}

// learn keeps what the run has found out about its tasks for the next one. Account.mu
// is held.
func (r *run) learn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		if t.requests > 0 {
			t.state.unanswered = t.answers == 0 && isTimeout(t.counting.err) && r.limiter.Stuck(t.silence)
		}
		*t.remembered = t.state
	}
}

func isTimeout(err error) bool { return err != nil && inbox.ReasonOf(err) == inbox.Timeout }
