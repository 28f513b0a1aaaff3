package paging

import (
	"cmp"
	"context"
	"slices"
)

const (
	// countsPerAudit is how many counts of a scrape there are for each audit.
	countsPerAudit = 10
	// fewQueries is how many queries are so few that an audit in every scrape would cost
	// too much beside their counts, and scrapesPerAudit how often they are audited.
	fewQueries      = 3
	scrapesPerAudit = 3
)

// audit is a look at a page that the count of a query does not need.
type audit int

const (
	noAudit     audit = iota
	auditBefore       // a random page before the last, which must be full
	auditAfter        // the page after the last, which must be empty
)

// ScheduleAudits chooses which of the queries that are about to be counted are audited
// as well. It is called at the beginning of each scrape, with all queries. Two rotations
// alternate: pages before the last, over the queries that have some, and the page after
// the last, over all queries that are counted by their last page. In each, the query
// comes first that has waited longest. A query that alone has confirmed its page size
// in the scrape before is audited in any case.
func (c *Counter) ScheduleAudits(queries []Query) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scrape++
	var counted []*memory
	for _, q := range queries {
		m := c.memory(q)
		m.audit = noAudit
		switch {
		case m.unaudited && m.last > 1:
			m.audit = auditBefore
		case m.unaudited:
			m.audit = auditAfter
		}
		if !q.Walk && !m.walk {
			counted = append(counted, m)
		}
	}
	due := auditsDue(len(counted), c.scrape)
	if due == 0 {
		return
	}
	rotations := []audit{auditBefore, auditAfter}
	if c.audited++; c.audited%2 == 0 {
		slices.Reverse(rotations)
	}
	for range due {
		if !c.scheduleAudit(counted, rotations[0]) {
			c.scheduleAudit(counted, rotations[1])
		}
	}
}

// auditsDue returns how many audits a scrape makes of so many counts.
func auditsDue(counts, scrape int) int {
	if counts < fewQueries && scrape%scrapesPerAudit != 0 {
		return 0
	}
	return (counts + countsPerAudit - 1) / countsPerAudit
}

// scheduleAudit schedules an audit of the query that has waited longest for one of that
// kind, and returns false if none is due: the previous scrape has shown all of them.
// c.mu is held.
func (c *Counter) scheduleAudit(counted []*memory, kind audit) bool {
	waitsSince := func(m *memory) int {
		if kind == auditBefore {
			return m.before
		}
		return m.after
	}
	var waiting []*memory
	for _, m := range counted {
		if m.audit == noAudit && m.bounds.found() && (kind == auditAfter || m.last > 1) && waitsSince(m) < c.scrape-1 {
			waiting = append(waiting, m)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	slices.MinFunc(waiting, func(a, b *memory) int { return cmp.Compare(waitsSince(a), waitsSince(b)) }).audit = kind
	return true
}

// takeAudit returns which audit of q is due, and has it done.
func (c *Counter) takeAudit(q Query) audit {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.memory(q)
	due := m.audit
	m.audit = noAudit
	return due
}

// audit looks at a page that the count does not need, and finds the last page again if
// that has moved it. A page that is not as expected is requested again. A request that
// fails says nothing of the number.
func (p *probe) audit(ctx context.Context, kind audit) error {
	s := p.search
	last := s.bounds.low
	page := p.pageToAudit(kind)
	if page == 0 {
		return nil
	}
	if _, err := s.pages.get(ctx, page); err != nil {
		return nil
	}
	if err := s.visitAndSettle(ctx, page, s.pages.get); err != nil {
		return err
	}
	short := min(page, last)  // if it is, it must be the last
	if !p.asExpected(short) { // it may have been the last at that moment
		if err := s.visitAndSettle(ctx, short, s.pages.refetch); err != nil {
			return err
		}
	}
	if !p.asExpected(short) { // or it is by now
		if err := s.visitAndSettle(ctx, s.bounds.low, s.pages.refetch); err != nil {
			return err
		}
	}
	s.unexpected = !p.asExpected(short)
	if p.audited != nil {
		p.audited(!s.unexpected)
	}
	s.audited = s.audited || kind == auditBefore
	return nil
}

// pageToAudit returns the page for an audit, 0 for none.
func (p *probe) pageToAudit(kind audit) int {
	last := p.search.bounds.low
	switch {
	case kind == auditAfter:
		return last + 1
	case kind == auditBefore && last > 1:
		return 1 + p.random(last-1)
	default:
		return 0
	}
}

// asExpected reports whether page n, if it is before the last, is full.
func (p *probe) asExpected(n int) bool {
	page, _ := p.search.pages.peek(n)
	return n < 1 || n >= p.search.bounds.low || page.Records == p.search.trustedSize()
}
