package paging

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// memory is what a Counter remembers of one query.
type memory struct {
	bounds bounds
	last   int      // the last page at the previous count that succeeded; 0: none, or unknown
	size   pageSize // not certain only after a failure
	relied int      // the page size that bounds rest on: size, or the account's guess
	asOf   int      // Counter.changed when the latest count began
	walk   bool     // pages are irregular: every page is read

	audit     audit // due in this scrape
	unaudited bool  // the page size was confirmed by this query alone, and by no audit yet
	before    int   // the scrape in which a page before the last was last audited
	after     int   // the scrape in which the page after the last was last seen empty
}

// change is a page size that took the place of another.
type change struct {
	at int // Counter.changed then
	to int
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

// memory returns what is remembered of q. c.mu is held.
func (c *Counter) memory(q Query) *memory {
	m := c.queries[q.Key]
	if m == nil {
		if c.queries == nil {
			c.queries = make(map[string]*memory)
		}
		m = &memory{}
		c.queries[q.Key] = m
	}
	return m
}

// newSearch returns a search that starts from what is remembered of q.
func (c *Counter) newSearch(q Query, pages *Pages) *search {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.memory(q)
	s := &search{pages: pages, bounds: m.bounds, previous: m.last, size: m.size, guess: c.guess(m), asOf: c.changed}
	if m.size.certain {
		s.remembered = m.size.records
	}
	if change := c.changes[m.relied]; change.at > m.asOf {
		s.changedTo = change.to
	}
	return s
}

// guess returns what the page size of a query may be that has not shown it yet: the
// smallest of the account's other queries, because a page that is taken for short
// without being so hides those after it. c.mu is held.
func (c *Counter) guess(of *memory) int {
	guess := 0
	for _, m := range c.queries {
		if m != of && m.size.certain && (guess == 0 || m.size.records < guess) {
			guess = m.size.records
		}
	}
	return guess
}

// remember keeps what a count or read of q has found. One that failed keeps its bounds,
// so that the next one continues from them. One that failed because pages contradict
// each other keeps nothing.
func (c *Counter) remember(q Query, s *search, err error) {
	if err != nil && inbox.ReasonOf(err) == inbox.Pagination {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.memory(q)
	before := *m
	m.bounds, m.size = s.bounds, s.size
	if s.changedTo == 0 {
		m.asOf, m.relied = s.asOf, s.trustedSize()
	}
	if err != nil {
		return
	}
	m.bounds.base, m.bounds.candidate, m.last = s.bounds.low, candidate{}, s.bounds.low
	if s.sawEnd() {
		m.after = c.scrape
	}
	if s.audited {
		m.before = c.scrape
	}
	if s.audited || m.last <= 1 && s.sawEnd() {
		m.unaudited = false
	}
	switch {
	case !m.size.certain:
		m.size = pageSize{} // pages of this scrape say nothing of the next
	case m.size != before.size:
		m.unaudited = !c.corroborated(m)
		c.found(m.size.records, before, s.adopted)
	}
}

// corroborated reports whether another query has the same page size. c.mu is held.
func (c *Counter) corroborated(m *memory) bool {
	for _, other := range c.queries {
		if other != m && other.size == m.size {
			return true
		}
	}
	return false
}

// found makes a page size take the place of the one that a query relied on before.
// Counts that rest on that one are stale, unless it was in doubt already because of
// another query, whose size this one has adopted. c.mu is held.
func (c *Counter) found(size int, before memory, adopted bool) {
	if before.relied == 0 || before.relied == size || before.last == 0 || adopted {
		return
	}
	if c.changes == nil {
		c.changes = make(map[int]change)
	}
	c.changed++
	c.changes[before.relied] = change{c.changed, size}
}

// changeSince returns which page size took the place of another since asOf; 0: none.
func (c *Counter) changeSince(size, asOf int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if change := c.changes[size]; change.at > asOf {
		return change.to
	}
	return 0
}
