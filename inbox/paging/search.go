package paging

import (
	"context"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxRequests bounds a search in an inbox that contradicts itself faster than it
// can be asked. A search in a consistent list takes at most 31 requests.
const maxRequests = 200

// search finds the last page of one query.
type search struct {
	pages    *Pages
	size     *pageSize
	bounds   bounds
	previous int // the last page at the previous count; 0: none
	requests int

	confirmEnd bool // see the page after the last in this scrape, too
	ignoreSize bool // take no page for short or full: the page size is in doubt
}

// findLast requests pages until the last one is known and the page size is certain,
// as far as it can be.
func (s *search) findLast(ctx context.Context) error {
	for {
		p, get := s.bounds.next(s.pages.peek, s.trustedSize(), s.confirmEnd), s.pages.get
		if p == 0 {
			p, get = s.confirmSize(), s.pages.refetch
		}
		if p == 0 {
			return nil
		}
		if s.requests++; s.requests > maxRequests {
			return inbox.Errorf(inbox.Pagination, "pages still contradict each other after %d requests", maxRequests)
		}
		if err := s.visit(ctx, p, get); err != nil {
			return err
		}
		if s.bounds.low > maxPages {
			return inbox.Errorf(inbox.TooLarge, "more than %d pages", maxPages)
		}
	}
}

// trustedSize returns the page size that the search may rely on, 0 for none.
func (s *search) trustedSize() int {
	if s.ignoreSize {
		return 0
	}
	return s.size.get().records
}

// confirmSize makes the page size certain, or returns the page to request for that;
// 0 if no request helps. Two pages before the last that agree make it certain. A
// single one may have been the last, and part full, when it was seen, so it must be
// seen twice.
func (s *search) confirmSize() int {
	size := s.size.get()
	if size.certain || s.ignoreSize || s.bounds.low <= 1 {
		return 0
	}
	var full []int
	beforeSeen := false
	for p, page := range s.pages.snapshot() {
		beforeSeen = beforeSeen || p < s.bounds.low
		if p < s.bounds.low && page.Records == size.records {
			full = append(full, p)
		}
	}
	switch {
	case !beforeSeen:
		return s.bounds.low - 1
	case len(full) == 0:
		return 0 // the pages before the last contradict the longest one seen
	case len(full) == 1 && s.bounds.candidate != candidate{full[0], size.records}:
		s.bounds.candidate = candidate{full[0], size.records}
		return full[0]
	}
	s.size.confirm(size.records)
	return 0
}

// visit gets page p and learns from it. If it begins with the same contact as
// another page, and still does when both are requested again, the API repeats pages.
func (s *search) visit(ctx context.Context, p int, get func(context.Context, int) (inbox.Page, error)) error {
	if err := s.observe(ctx, p, get); err != nil {
		return err
	}
	duplicate := s.pages.duplicateOf(p)
	if duplicate == 0 {
		return nil
	}
	for _, n := range []int{duplicate, p} {
		if err := s.observe(ctx, n, s.pages.refetch); err != nil {
			return err
		}
	}
	if duplicate = s.pages.duplicateOf(p); duplicate != 0 {
		return inbox.Errorf(inbox.Pagination, "pages %d and %d begin with the same contact: the API repeats pages", min(duplicate, p), max(duplicate, p))
	}
	return nil
}

func (s *search) observe(ctx context.Context, p int, get func(context.Context, int) (inbox.Page, error)) error {
	page, err := get(ctx, p)
	if err != nil {
		return err
	}
	s.bounds.observe(p, page.Records)
	s.size.observe(page.Records)
	return nil
}

// visitAndSettle visits page n, and finds the last page again if that moved it.
func (s *search) visitAndSettle(ctx context.Context, n int, get func(context.Context, int) (inbox.Page, error)) error {
	if err := s.visit(ctx, n, get); err != nil {
		return err
	}
	return s.findLast(ctx)
}
