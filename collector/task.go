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

// maxReadPages is how many pages a read may take.
const maxReadPages = 200

// task is one distinct request body of a scrape: one count, or one read, which
// every part of a query with that body shares. The run's lock guards its outcome.
type task struct {
	name      string // of the first query that it is for
	query     paging.Query
	filter    filter.Filter
	counted   bool            // a part wants the number
	read      bool            // a part wants the contacts
	selection inbox.Selection // what is wanted of each contact

	run      *run
	class    inbox.Priority // how dear it is, as far as is known
	rank     int            // in its class
	recounts int
	pages    *paging.Pages // nil before it began

	counting step
	number   paging.Count
	reading  step // begins with the counting
	contacts []inbox.Contact
	requests int
	answers  int           // of the requests, those that had a page
	silence  time.Duration // the longest that one went unanswered
}

// step is a part of a task's work.
type step struct {
	began time.Time
	ended time.Time // zero: not yet
	err   error
}

// classify says how dear the task is; rank is its place among those as dear.
func (t *task) classify(rank int) {
	t.rank = rank
	counter := t.run.account.counter
	_, known := counter.LastPage(t.query)
	switch {
	case t.run.account.habit(t).stalled:
		t.class = inbox.Unanswered
	case counter.Walks(t.query):
		t.class = inbox.Read
	case known:
		t.class = inbox.Known
	default:
		t.class = inbox.Search
	}
}

// fetch gets a page for the counting.
func (t *task) fetch(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
	request := inbox.Request{Body: t.filter.Body(t.run.now, p), Observe: func(x inbox.Exchange) { t.observe(p, x) }}
	if contacts {
		request.Selection = &t.selection
	}
	class := t.class
	if t.run.account.counter.Walks(t.query) {
		class = max(class, inbox.Read) // also when that was found out just now
	}
	page, err := t.run.session.Page(ctx, request, class+inbox.Priority(t.rank))
	if err != nil {
		return inbox.Page{}, fmt.Errorf("page %d: %w", p, err)
	}
	return page, nil
}

func (t *task) observe(p int, x inbox.Exchange) {
	level.Debug(t.run.account.logger).Log("msg", "asked the API", "query", t.name, "page", p, "code", code(x),
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

// stalled tells whether the task got no answer at all, although it waited for one.
func (t *task) stalled() bool {
	return t.answers == 0 && isTimeout(t.counting.err) && t.run.account.limiter.Stuck(t.silence)
}

// count finds the number of contacts. A read begins with it, too: the pages that it
// takes are then read already. It tells whether the read is yet to be done.
func (t *task) count(ctx context.Context) (more bool) {
	began := time.Now()
	pages := paging.NewPages(t.fetch, t.read)
	t.run.mu.Lock()
	t.pages = pages
	t.run.mu.Unlock()
	var number paging.Count
	err := t.refuse(ctx)
	if err == nil {
		number, err = t.run.account.counter.Count(ctx, t.query, pages)
	}
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.number, t.counting = number, step{began, time.Now(), err}
	t.reading = step{began: began}
	if err != nil {
		t.reading = t.counting
	}
	return t.read && err == nil
}

// readAll reads the contacts on the pages that the count has left unread.
func (t *task) readAll(ctx context.Context) {
	counter := t.run.account.counter
	last, _ := counter.LastPage(t.query)
	err := readable(last)
	if err == nil {
		err = t.affordable(ctx, last-t.pages.Seen())
	}
	var contacts []inbox.Contact
	if err == nil {
		t.class, t.rank = max(t.class, inbox.Read), last // the short before the long
		contacts, err = counter.Read(ctx, t.query, t.pages)
	}
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.contacts = contacts
	t.reading.ended, t.reading.err = time.Now(), err
	if err == nil && counter.Walks(t.query) {
		t.number = paging.Count{Contacts: len(contacts)} // no count by the last page is right
	}
}

// refuse returns why a task is not even begun: all that is wanted of it takes more
// pages than it may read.
func (t *task) refuse(ctx context.Context) error {
	walks := t.run.account.counter.Walks(t.query)
	if t.counted && !walks {
		return nil
	}
	last, _ := t.run.account.counter.LastPage(t.query)
	err := t.affordable(ctx, last)
	if err == nil && walks && !t.counted {
		err = readable(last)
	}
	if err == nil || t.run.account.askAnyway(t) {
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
// before the deadline, beside those of the shorter reads of this scrape.
func (t *task) affordable(ctx context.Context, requests int) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	allowed := max(0, t.run.account.limiter.Budget(deadline)-float64(t.run.owed(t)))
	if float64(requests) <= allowed {
		return nil
	}
	return inbox.Errorf(inbox.Timeout,
		"reading its contacts takes %d requests, and rate_limit leaves %.0f for it before the deadline: raise rate_limit or timeout, or narrow the filter", requests, allowed)
}
