package paging

import (
	"context"
	"maps"
	"slices"
)

// pageSize is a query's page size as its pages show it, since no documentation gives it.
type pageSize struct {
	records int  // the longest page seen in this count, or the certain size; 0: none seen
	certain bool // pages before the last are known to have that length
}

// candidate is a page before the last that had the longest length seen, also when it was
// requested again. If that is still the longest then, it is the page size.
type candidate struct{ page, records int }

// trustedSize returns the page size that the search may rely on, 0 for none. While the
// query's own is not certain, it is the account's guess or a longer page.
func (s *search) trustedSize() int {
	switch {
	case s.ignoreSize:
		return 0
	case s.size.certain:
		return s.size.records
	default:
		return max(s.size.records, s.guess)
	}
}

// confirmSize makes the page size certain, or returns the page to request again for
// that; 0 if no request helps. A page may have been the last, and part full, when it was
// first seen. So one that is known to be before the last is requested again, unless it
// is as long as another query's pages.
func (s *search) confirmSize() int {
	if s.size.certain || s.ignoreSize || s.bounds.low <= 1 {
		return 0
	}
	seen, full := s.pages.snapshot(), 0
	beforeSeen := false
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		if p < s.bounds.low {
			beforeSeen = true
			if seen[p].Records == s.size.records {
				full = p
			}
		}
	}
	switch {
	case !beforeSeen:
		return s.bounds.low - 1
	case full == 0 || s.size.records < s.guess:
		return 0 // the pages before the last contradict the longest one seen, or the guess
	case s.size.records != s.guess && s.bounds.candidate != candidate{full, s.size.records}:
		s.bounds.candidate = candidate{full, s.size.records}
		return full
	}
	s.size.certain = true
	return 0
}

// reconsiderSize looks whether the page size that was remembered still is this query's
// after it has proved wrong for another query, and adopts the other one's new size if
// page 1 has that. Without a page that shows the size, everything is searched afresh.
func (s *search) reconsiderSize(ctx context.Context) error {
	if s.changedTo == 0 {
		return nil
	}
	from, to := s.size.records, s.changedTo
	if s.size.certain && s.bounds.low > 1 {
		if err := s.visit(ctx, 1, s.pages.get); err != nil {
			return err
		}
	}
	first, seen := s.pages.peek(1)
	switch {
	case !seen || first.Records == 0:
		s.size, s.bounds = pageSize{}, bounds{}
	case first.Records == to:
		s.size, s.bounds = pageSize{records: to}, bounds{base: (s.bounds.low*from + to - 1) / to}
		s.guess, s.adopted = to, true
	}
	s.changedTo = 0
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
	lengths := make(map[int]int)
	for p, page := range s.pages.snapshot() {
		if p < s.bounds.low {
			lengths[page.Records]++
		}
	}
	last, _ := s.pages.peek(s.bounds.low)
	before := s.remembered
	if before == 0 {
		before = s.guess
	}
	for length, pages := range lengths {
		if len(lengths) > 1 || last.Records > length || length < before && !s.shrank(before, length, pages) {
			return false
		}
		s.size = pageSize{records: length, certain: true}
	}
	return true
}

// shrank reports whether that number of pages of another length means that the page size has
// shrunk. Then the list has more pages in proportion, while it has as many as before
// if rows are dropped after paging. A list seen whole needs no such sign.
func (s *search) shrank(from, to, pages int) bool {
	if pages == s.bounds.low-1 {
		return true
	}
	before, dropped, shrunk := s.previous*from, s.bounds.low*from, s.bounds.low*to
	return pages >= minAgreeing && s.previous > 0 && abs(shrunk-before) < abs(dropped-before)
}

func abs(n int) int { return max(n, -n) }
