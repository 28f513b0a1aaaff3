package paging

import (
	"context"
	"errors"
	"sync"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// auditEvery is how often a count also looks at one earlier page.
const auditEvery = 10

// Counter counts an account's filter queries. It remembers, per query, where the
// last page was, and for all of them the page size, so that the next count of an
// inbox that moved little costs one request.
//
// A Counter is safe for concurrent use as long as no two counts or reads of one
// Query run at the same time.
type Counter struct {
	// Audited, when set, is told of each page audited: whether it was as full as
	// every page but the last must be for a count to be exact. Set it before the
	// first count.
	Audited func(full bool)

	size pageSize

	mu      sync.Mutex
	queries map[string]*memory
}

// memory is what a Counter keeps of one query.
type memory struct {
	bounds
	epoch  int // of the page size that the bounds were found with
	counts int // that succeeded by probing
	walk   bool
}

// Query names what is counted.
type Query struct {
	Key  string // the same for the same filter; see Filter.Key
	Walk bool   // read every page instead of probing for the last one
}

// Count is the result of counting.
type Count struct {
	Contacts int
	epoch    int
}

// anyEpoch is the epoch of a number that no page size went into.
const anyEpoch = -1

// recall returns what is known of q: nothing but how often it was counted, when the
// page size has changed since.
func (c *Counter) recall(q Query) memory {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.memory(q)
}

// change changes what is known of q.
func (c *Counter) change(q Query, how func(*memory)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how(c.memory(q))
}

// memory is recall, of the original. The lock is held.
func (c *Counter) memory(q Query) *memory {
	m := c.queries[q.Key]
	if m == nil {
		if c.queries == nil {
			c.queries = make(map[string]*memory)
		}
		m = &memory{}
		c.queries[q.Key] = m
	}
	if _, epoch := c.size.current(); m.epoch != epoch {
		m.bounds, m.walk, m.epoch = bounds{}, false, epoch
	}
	return m
}

// LastPage returns the last page of q when it was last counted or searched, and
// whether a count can begin there. Without that, the page is only one that had
// records.
func (c *Counter) LastPage(q Query) (page int, known bool) {
	m := c.recall(q)
	return m.low, m.settled()
}

// Walks tells whether counting q means reading all of its pages.
func (c *Counter) Walks(q Query) bool { return q.Walk || c.recall(q).walk }

// Stale tells whether n was computed with a page size that has proven wrong
// since, so that it must be counted again.
func (c *Counter) Stale(n Count) bool {
	_, epoch := c.size.current()
	return n.epoch != anyEpoch && n.epoch != epoch
}

// Count counts the contacts of q on pages. In an inbox that does not change the
// number is exact. One that changes meanwhile may contradict itself; pages that do
// are asked for again, and where that does not help, all of them are read. Errors
// of the fetch are returned as they are; beside them there are Pagination (the
// server repeats pages, or has records behind an empty one) and TooLarge (more
// than 20 000 pages). What a count that failed had found out is kept for the next.
func (c *Counter) Count(ctx context.Context, q Query, pages *Pages) (Count, error) {
	m := c.recall(q)
	if m.walk || q.Walk {
		return c.walk(ctx, q, pages)
	}
	p := &probe{
		search:  search{pages: pages, size: &c.size, bounds: m.bounds, was: m.base},
		audit:   m.counts%auditEvery == auditEvery-1,
		audited: c.Audited,
	}
	n, err := p.count(ctx)
	c.remember(q, p.bounds)
	switch {
	case errors.Is(err, errIrregular):
		c.change(q, func(m *memory) { m.walk = true })
		return c.walk(ctx, q, pages)
	case err != nil:
		return Count{}, err
	}
	c.change(q, func(m *memory) { m.counts++ })
	return n, nil
}

// walk counts by reading every page. The query goes back to probing once a whole
// walk has found every page but the last full.
func (c *Counter) walk(ctx context.Context, q Query, pages *Pages) (Count, error) {
	pages.withContacts()
	contacts, regular, err := c.read(ctx, q, pages, true)
	if err != nil {
		return Count{}, err
	}
	c.change(q, func(m *memory) { m.walk = !regular })
	return Count{Contacts: len(contacts), epoch: anyEpoch}, nil
}

// remember keeps what a count, failed or not, has found out.
func (c *Counter) remember(q Query, b bounds) {
	if b.settled() {
		b.base = b.low
	}
	c.change(q, func(m *memory) { m.bounds = b })
}

// Read returns the contacts of q, each once, from every page up to the last, which
// a Count on the same pages has just found. Its errors are those of Count.
func (c *Counter) Read(ctx context.Context, q Query, pages *Pages) ([]inbox.Contact, error) {
	contacts, regular, err := c.read(ctx, q, pages, c.Walks(q))
	if err == nil && !regular {
		c.change(q, func(m *memory) { m.walk = true })
	}
	return contacts, err
}
