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

// task is one distinct request body of a run: a count, a read, or both. All parts of
// queries with that body share it. The run's lock guards its outcome.
type task struct {
	name      string // of the first query that needs it
	query     paging.Query
	body      filter.Body
	counted   bool            // a part needs the number of contacts
	read      bool            // a part needs the contacts
	selection inbox.Selection // what to read of each contact
	uses      [][]int         // the fields in the selection that each part needs

	run        *run
	state      taskState  // a copy, taken when the run began
	remembered *taskState // the state across runs; Account.mu guards it
	priority   inbox.Priority
	recounts   int // how often it was repeated

	// The outcome.
	memory      *inbox.Memory // of the contacts; nil before it began
	pages       *paging.Pages // nil before it began
	counting    step
	number      paging.Count
	reading     step // begins with the counting
	listing     paging.Listing
	requests    int           // made
	responses   int           // requests that succeeded
	longestWait time.Duration // of the requests that failed
}

// taskState is the state of a task across runs.
type taskState struct {
	unanswered bool // it got no response in the latest run
	refused    int  // number of refusals, see schedule.go
}

// step is a part of a task: its count or its read.
type step struct {
	began time.Time
	ended time.Time // zero: not finished
	err   error
}

func (s step) finished() bool { return !s.ended.IsZero() }

// perform counts and, if needed, reads the contacts. The read reuses the pages that the
// count has fetched.
func (t *task) perform(ctx context.Context) {
	began := time.Now()
	pages := t.newPages()
	var number paging.Count
	err := t.admit()
	if err == nil {
		number, err = t.run.counter.Count(ctx, t.query, pages)
	}
	t.setCount(number, step{began, time.Now(), err})
	if t.read && err == nil {
		t.readContacts(ctx)
	}
}

// newPages returns the pages of a count, in a memory of their own. Those of the count
// before are released.
func (t *task) newPages() *paging.Pages {
	selection := t.selection // abandoned requests of an earlier count keep theirs
	selection.Memory = inbox.NewMemory(t.run.process.memory, t.run.process.Secrets, t.uses...)
	pages := paging.NewPages(func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
		if contacts {
			return t.fetch(ctx, p, &selection)
		}
		return t.fetch(ctx, p, nil)
	}, t.read)
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.releaseContacts()
	t.memory, t.pages = selection.Memory, pages
	return pages
}

// releaseContacts gives back the memory of what was read. The run's lock is held.
func (t *task) releaseContacts() {
	if t.memory != nil {
		t.memory.Close()
	}
	t.pages, t.listing = nil, paging.Listing{}
}

// setCount records the outcome of the count. If the count failed, so has the read.
func (t *task) setCount(number paging.Count, counting step) {
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.number, t.counting, t.reading = number, counting, step{began: counting.began}
	if counting.err != nil {
		t.reading = counting
	}
}

// readContacts reads the contacts on the pages that the count has not fetched.
func (t *task) readContacts(ctx context.Context) {
	counter := t.run.counter
	cost := counter.Cost(t.query, t.pages)
	err := checkPages(cost.LastPage)
	if err == nil {
		err = t.checkBudget(cost.Unread)
	}
	var listing paging.Listing
	if err == nil {
		t.priority = max(t.priority, inbox.Read+inbox.Priority(cost.LastPage)) // short reads before long ones
		listing, err = counter.Read(ctx, t.query, t.pages)
	}
	walked := counter.Cost(t.query, nil).Walk
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.listing = listing
	t.reading.ended, t.reading.err = time.Now(), err
	if err == nil && walked {
		t.number = paging.Count{Contacts: len(listing.Contacts)} // the count by the last page may be wrong
	}
}

// fetch requests page p, with its contacts if selection is set.
func (t *task) fetch(ctx context.Context, p int, selection *inbox.Selection) (inbox.Page, error) {
	request := inbox.Request{Body: t.body.Page(p), Selection: selection, Observe: func(x inbox.Exchange) { t.observe(p, x) }}
	priority := t.priority
	if t.run.counter.Cost(t.query, nil).Walk {
		priority = max(priority, inbox.Read) // even if that was only just found out
	}
	page, err := t.run.session.Page(ctx, request, priority)
	if err != nil {
		return inbox.Page{}, fmt.Errorf("page %d: %w", p, err)
	}
	return page, nil
}

// observe logs and records a request for page p.
func (t *task) observe(p int, x inbox.Exchange) {
	level.Debug(t.run.logger).Log("msg", "API request", "query", t.name, "page", p, "code", code(x),
		"duration", x.Duration, "bytes", x.Bytes, "err", x.Err)
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.requests++
	if x.Err == nil {
		t.responses++
	} else {
		t.longestWait = max(t.longestWait, x.Duration)
	}
}

// rememberTasks saves the states of the tasks for the next run. Account.mu is held.
func (r *run) rememberTasks() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		if t.requests > 0 {
			t.state.unanswered = t.responses == 0 && isTimeout(t.counting.err) && r.limiter.Stuck(t.longestWait)
		}
		*t.remembered = t.state
	}
}

func isTimeout(err error) bool { return err != nil && inbox.ReasonOf(err) == inbox.Timeout }
