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
	s := &p.search
	records := s.size.get().records
	for _, n := range contradicting {
		if err := s.visit(ctx, n, s.pages.refetch); err != nil {
			return err
		}
		if page, _ := s.pages.peek(n); page.Records > records {
			s.size.grow(page.Records)
		}
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
	s := &p.search
	s.ignoreSize = true
	for range maxRecounts {
		s.pages.forget()
		s.bounds = bounds{}
		if err := s.findLast(ctx); err != nil {
			return Count{}, err
		}
		for _, n := range contradicting {
			if err := s.visitAndSettle(ctx, n, s.pages.get); err != nil {
				return Count{}, err
			}
		}
		if s.agreeOnSize() {
			if n, contradicting := p.total(); len(contradicting) == 0 { // else another query has just changed the page size
				return n, nil
			}
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
	longest := s.size.get().records
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

// minAgreeing is how many pages before the last must have one and the same length,
// shorter than the page size, for the page size to be believed to have shrunk. With
// fewer, rows that the API dropped explain them as well.
const minAgreeing = 8

// agreeOnSize reports whether all pages seen before the last are full and the last is
// not longer, and makes the length that they agree on the page size, if it can be
// believed.
func (s *search) agreeOnSize() bool {
	size := s.size.get().records
	lengths := make(map[int]int)
	for p, page := range s.pages.snapshot() {
		if p < s.bounds.low {
			lengths[page.Records]++
		}
	}
	last, _ := s.pages.peek(s.bounds.low)
	for length, pages := range lengths {
		if len(lengths) > 1 || last.Records > length || length < size && !s.shrank(size, length, pages) {
			return false
		}
		s.size.replace(length)
	}
	return true
}

// shrank reports whether so many pages of another length mean that the page size has
// shrunk. Then the list has more pages in proportion, while it has as many as before
// if rows are dropped after paging. A list seen whole needs no such sign.
func (s *search) shrank(from, to, pages int) bool {
	if pages < minAgreeing {
		return false
	}
	before, dropped, shrunk := s.previous*from, s.bounds.low*from, s.bounds.low*to
	return pages == s.bounds.low-1 || s.previous > 0 && abs(shrunk-before) < abs(dropped-before)
}

func abs(n int) int { return max(n, -n) }
