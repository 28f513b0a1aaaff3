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
	part      string // the labels of its first part; "": the query has no other
	query     paging.Query
	body      filter.Body
	counted   bool                 // a part needs the number of contacts
	read      bool                 // a part needs the contacts
	selection inbox.Selection      // what to read of each contact
	uses      [][]int              // the fields in the selection that each part needs
	expected  []filter.Expectation // what records show of the filter; see inbox.Selection.Checks

	run        *run
	state      taskState  // a copy, taken when the run began
	remembered *taskState // the state across runs; Account.mu guards it
	priority   inbox.Priority
	queued     func() // called when its first request waits for the limiter, or it needs none
	recounts   int    // how often it was repeated

	// The outcome.
	memory      *inbox.Memory // of the contacts; nil before it began
	pages       *paging.Pages // nil before it began
	counting    step
	number      paging.Count
	reading     step // begins with the counting
	listing     paging.Listing
	looked      map[int][]inbox.Checked // what the records of each page show of the filter
	requests    int                     // made
	responses   int                     // requests that succeeded
	longestWait time.Duration           // of the requests that failed
}

// taskState is the state of a task across runs.
type taskState struct {
	doubts     doubts
	counted    bool // it has been counted
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
// count has fetched. counted is called between them.
func (t *task) perform(ctx context.Context, counted func()) {
	defer t.queued()
	began := time.Now()
	pages := t.newPages()
	var number paging.Count
	err := t.admit()
	if err == nil {
		number, err = t.run.counter.Count(ctx, t.query, pages)
	}
	t.setCount(number, step{began, time.Now(), err})
	counted()
	if t.read && err == nil && !t.reading.finished() {
		t.readContacts(ctx)
	}
	t.doubt()
}

// newPages returns the pages of a count, in a memory of their own. Those of the count
// before are released.
func (t *task) newPages() *paging.Pages {
	selection := t.selection // abandoned requests of an earlier count keep theirs
	var look *inbox.Selection
	if cost := t.run.counter.Cost(t.query, nil); len(t.selection.Checks) > 0 && (!t.state.counted || cost.Audit) {
		look = &inbox.Selection{Checks: t.selection.Checks, Discard: true}
	}
	selection.Memory = inbox.NewMemory(t.run.process.memory, t.run.process.Secrets, t.uses...)
	pages := paging.NewPages(func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
		if contacts {
			return t.fetch(ctx, p, &selection)
		}
		return t.fetch(ctx, p, look)
	}, t.read)
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.releaseContacts()
	t.memory, t.pages, t.looked = selection.Memory, pages, make(map[int][]inbox.Checked)
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
	t.number, t.counting = number, counting
	switch {
	case t.reading.finished():
	case counting.err != nil:
		t.reading = counting
	default:
		t.reading.began = counting.began
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
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.listing = listing
	t.reading.ended, t.reading.err = time.Now(), err
	if err == nil {
		t.number = listing.Count // the newer one
	}
}

// fetch requests page p, with its contacts if selection is set.
func (t *task) fetch(ctx context.Context, p int, selection *inbox.Selection) (inbox.Page, error) {
	request := inbox.Request{Body: t.body.Page(p), Selection: selection, Queued: t.queued, Observe: func(x inbox.Exchange) { t.observe(p, x) }}
	priority := t.priority
	if t.run.counter.Cost(t.query, nil).Walk {
		priority = max(priority, inbox.Read) // even if that was only just found out
	}
	page, err := t.run.session.Page(ctx, request, priority)
	if err != nil {
		return inbox.Page{}, fmt.Errorf("page %d: %w", p, err)
	}
	if page.Checked != nil {
		t.run.mu.Lock()
		defer t.run.mu.Unlock()
		t.looked[p] = page.Checked
	}
	return page, nil
}

// observe logs and records a request for page p.
func (t *task) observe(p int, x inbox.Exchange) {
	line := []any{"msg", "API request", "query", t.name}
	if t.part != "" {
		line = append(line, "part", t.part)
	}
	line = append(line, "page", p, "code", code(x), "duration", x.Duration, "bytes", x.Bytes)
	if x.Err != nil {
		line = append(line, "err", x.Err)
	}
	level.Debug(t.run.logger).Log(line...)
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
