package paging

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
)

// Counter counts an account's filter queries. It remembers the last page and the page
// size of each query, so that the next count of an inbox that changed little takes one
// request.
//
// A Counter is safe for concurrent use as long as no two counts or reads of one
// Query run at the same time.
type Counter struct {
	// Audited, if set, is called with the result of each audit: whether the page was as
	// it must be for counts to be exact. Set it before the first count.
	Audited func(asExpected bool)

	random func(n int) int // for tests; nil: rand.IntN

	mu      sync.Mutex
	queries map[string]*memory
	scrape  int            // how many had their audits scheduled
	audited int            // how many of them had audits
	changes map[int]change // by page size: when a query last found another one in its place
	changed int            // how many changes there were
}

// Query identifies what is counted.
type Query struct {
	Key  string // equal for equal filters
	Walk bool   // read every page instead of searching for the last one
}

// Count is the result of counting.
type Count struct {
	Contacts  int
	LastPage  int  // 0 if there is none, or every page was read
	Full      bool // the last page is as long as those before it
	Irregular bool // an audit has found a page that was not as expected

	counter *Counter // nil if the number rests on no page size
	size    int      // that it rests on
	asOf    int      // Counter.changed when the count began
}

// Stale reports whether the number rests on a page size that has proved wrong since the
// count began, maybe that of another query. It must then be counted again, or not be
// used.
func (n Count) Stale() bool {
	return n.counter != nil && n.counter.changeSince(n.size, n.asOf) != 0
}

// Cost is what is known beforehand of the requests that a query takes.
type Cost struct {
	Walk     bool // every page is read, even if only the number is wanted
	Known    bool // a count starts at the remembered last page; otherwise it has to search
	LastPage int  // if not Known, a page that had contacts: a lower bound
	Unread   int  // pages up to LastPage that were not seen yet in this scrape
	Audit    bool // the next count audits a page
}

// Cost returns what counting or reading q is expected to take; pages are those seen
// in this scrape, nil if none were.
func (c *Counter) Cost(q Query, pages *Pages) Cost {
	m := c.recall(q)
	cost := Cost{Walk: q.Walk || m.walk, Known: m.bounds.found(), LastPage: m.bounds.low, Unread: m.bounds.low, Audit: m.audit != noAudit}
	if pages != nil {
		cost.Unread = pages.unseen(cost.LastPage)
	}
	return cost
}

// Count counts the contacts of q on pages, and audits a page if that was scheduled. In
// an inbox that does not change the number is exact. One that changes meanwhile may
// contradict itself: such pages are requested again, and if that does not help, all
// pages are read. Errors of the fetch are returned as they are; others have the reason
// Pagination (the API repeats pages, or has contacts after an empty page) or TooLarge
// (more than 20 000 pages). What a failed count has found out is kept for the next,
// unless it failed with Pagination.
func (c *Counter) Count(ctx context.Context, q Query, pages *Pages) (Count, error) {
	if q.Walk || c.recall(q).walk {
		return c.walk(ctx, q, pages)
	}
	p := &probe{search: c.newSearch(q, pages), audited: c.Audited, random: c.random}
	if p.random == nil {
		p.random = rand.IntN
	}
	n, err := p.count(ctx, c.takeAudit(q))
	if errors.Is(err, errIrregular) {
		c.change(q, func(m *memory) { m.walk, m.bounds = true, p.search.bounds })
		return c.walk(ctx, q, pages)
	}
	c.remember(q, p.search, err)
	if err != nil {
		return Count{}, err
	}
	n.counter = c
	return n, nil
}
