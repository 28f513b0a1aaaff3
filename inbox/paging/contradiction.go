package paging

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// errIrregular reports that pages before the last are not all full, also when
// requested again.
var errIrregular = errors.New("irregular pages")

// maxRecounts is how often a count starts afresh in an inbox that moves meanwhile.
const maxRecounts = 3

// resolve counts although pages contradict each other: by requesting those pages
// again, for the inbox may have moved between the first requests, and else by
// counting afresh.
func (p *probe) resolve(ctx context.Context, contradicting []int) (Count, error) {
	if err := p.recheck(ctx, contradicting); err != nil {
		return Count{}, err
	}
	n, still := p.total()
	if len(still) == 0 {
		return n, nil
	}
	return p.recount(ctx, append(contradicting, still...))
}

// recheck requests pages again and believes what they show the second time. What
// then cannot be one list is an error.
func (p *probe) recheck(ctx context.Context, contradicting []int) error {
	s := p.search
	records := s.size.records
	s.size.certain = false // and so it will not be remembered if this is cut short
	for _, n := range contradicting {
		if err := s.visit(ctx, n, s.pages.refetch); err != nil {
			return err
		}
	}
	if s.size.records == records {
		s.size.certain = s.remembered == records
	}
	if err := s.findLast(ctx); err != nil {
		return err
	}
	return checkContiguous(s.pages.snapshot(), s.bounds.low)
}

// recount counts afresh and trusts nothing learned before, the page size included.
// If all pages before the last agree on another page size, it is believed. If they
// do not, and look the same at a second look, the pages are irregular.
func (p *probe) recount(ctx context.Context, contradicting []int) (Count, error) {
	s := p.search
	s.ignoreSize = true
	defer func() { s.ignoreSize = false }()
	for range maxRecounts {
		s.pages.forget()
		s.bounds, s.size = bounds{}, pageSize{}
		if err := s.findLast(ctx); err != nil {
			return Count{}, err
		}
		for _, n := range contradicting {
			if err := s.visitAndSettle(ctx, n, s.pages.get); err != nil {
				return Count{}, err
			}
		}
		if s.agreeOnSize() {
			n, _ := p.total()
			return n, nil
		}
		changed, err := s.changed(ctx)
		if err != nil {
			return Count{}, err
		}
		if !changed {
			return Count{}, errIrregular
		}
	}
	return Count{}, inbox.Errorf(inbox.Pagination, "the inbox changes faster than its pages can be counted")
}

// changed requests the last page and those that are too short again, and reports
// whether any of them is different now.
func (s *search) changed(ctx context.Context) (bool, error) {
	seen, last := s.pages.snapshot(), s.bounds.low
	longest := s.size.records
	for _, page := range seen {
		longest = max(longest, page.Records)
	}
	changed := false
	for _, n := range slices.Sorted(maps.Keys(seen)) {
		if n > last || n < last && seen[n].Records == longest {
			continue
		}
		if err := s.visit(ctx, n, s.pages.refetch); err != nil {
			return false, err
		}
		page, _ := s.pages.peek(n)
		changed = changed || page.Records != seen[n].Records || page.First != seen[n].First
	}
	if changed {
		return true, nil
	}
	return false, checkContiguous(s.pages.snapshot(), s.bounds.low)
}

// checkContiguous returns an error if there are contacts after an empty page, which
// fits no list of any page size.
func checkContiguous(seen map[int]inbox.Page, last int) error {
	if first := firstEmpty(seen); first < last {
		return inbox.Errorf(inbox.Pagination, "page %d is empty, but page %d has contacts", first, last)
	}
	return nil
}
