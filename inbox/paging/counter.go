package paging

import (
	"context"
	"errors"
	"sync"
)

// auditEvery is how often a count also looks at a page other than the last.
const auditEvery = 10

// Counter counts an account's filter queries. It remembers the last page of each
// query, and the page size for all of them, so that the next count of an inbox that
// changed little takes one request.
//
// A Counter is safe for concurrent use as long as no two counts or reads of one
// Query run at the same time.
type Counter struct {
	// Audited, if set, is called with the result of each audit of a page before the
	// last: whether it was full, as it must be for counts to be exact. Set it before
	// the first count.
	Audited func(full bool)

	size pageSize

	mu      sync.Mutex
	queries map[string]*memory
}

// memory is what a Counter remembers of one query.
type memory struct {
	bounds bounds
	epoch  int // of the page size that the bounds were found with
	counts int // that succeeded by the last page
	walk   bool
}

// Query identifies what is counted.
type Query struct {
	Key  string // equal for equal filters
	Walk bool   // read every page instead of searching for the last one
}

// Count is the result of counting.
type Count struct {
	Contacts int

	size  *pageSize // nil if no page size went into the number
	epoch int
}

// Stale reports whether the number was computed with a page size that has proved
// wrong since. It must then be counted again.
func (n Count) Stale() bool { return n.size != nil && n.epoch != n.size.get().epoch }

// Cost is what is known beforehand of the requests that a query takes.
type Cost struct {
	Walk     bool // every page is read, even if only the number is wanted
	Known    bool // a count starts at the remembered last page; otherwise it has to search
	LastPage int  // if not Known, a page that had contacts: a lower bound
	Unread   int  // pages up to LastPage that were not seen yet in this scrape
}

// Cost returns what counting or reading q is expected to take; pages are those seen
// in this scrape, nil if none were.
func (c *Counter) Cost(q Query, pages *Pages) Cost {
	m := c.recall(q)
	cost := Cost{Walk: q.Walk || m.walk, Known: m.bounds.found(), LastPage: m.bounds.low, Unread: m.bounds.low}
	if pages != nil {
		cost.Unread = pages.unseen(cost.LastPage)
	}
	return cost
}

// Count counts the contacts of q on pages. In an inbox that does not change the
// number is exact. One that changes meanwhile may contradict itself: such pages are
// requested again, and if that does not help, all pages are read. Errors of the fetch
// are returned as they are; others have the reason Pagination (the API repeats pages,
// or has contacts after an empty page) or TooLarge (more than 20 000 pages). What a
// failed count has found out is kept for the next.
func (c *Counter) Count(ctx context.Context, q Query, pages *Pages) (Count, error) {
	m := c.recall(q)
	if q.Walk || m.walk {
		return c.walk(ctx, q, pages)
	}
	p := &probe{
		search:  search{pages: pages, size: &c.size, bounds: m.bounds, previous: m.bounds.base},
		audited: c.Audited,
	}
	n, err := p.count(ctx, m.counts%auditEvery == auditEvery-1)
	c.remember(q, p.search.bounds)
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

// recall returns what is remembered of q.
func (c *Counter) recall(q Query) memory {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.memory(q)
}

// change changes what is remembered of q.
func (c *Counter) change(q Query, how func(*memory)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how(c.memory(q))
}

// memory returns what is remembered of q. If the page size has changed since, that is
// only how often it was counted. c.mu is held.
func (c *Counter) memory(q Query) *memory {
	m := c.queries[q.Key]
	if m == nil {
		if c.queries == nil {
			c.queries = make(map[string]*memory)
		}
		m = &memory{}
		c.queries[q.Key] = m
	}
	if epoch := c.size.get().epoch; m.epoch != epoch {
		m.bounds, m.walk, m.epoch = bounds{}, false, epoch
	}
	return m
}

// remember keeps the bounds that a count or read has found, whether or not it failed.
func (c *Counter) remember(q Query, b bounds) {
	if b.found() {
		b.base = b.low
	}
	c.change(q, func(m *memory) { m.bounds = b })
}
