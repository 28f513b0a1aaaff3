package paging

import (
	"context"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxRequests bounds a search in an inbox that contradicts itself faster than it
// can be asked. A search in a consistent list takes at most 32 requests.
const maxRequests = 200

// search finds the last page of one query, and its page size.
type search struct {
	pages    *Pages
	bounds   bounds
	requests int

	// What is known of the page size.
	size      pageSize
	guess     int // what it may be while it is not certain; 0: unknown
	changedTo int // the size remembered proved wrong for another query, which has this one now; 0: it did not
	adopted   bool

	// As of the previous count.
	previous   int // the last page; 0: unknown
	remembered int // the page size if it was certain, else 0
	asOf       int // Counter.changed when this one began

	confirmEnd bool // see the page after the last in this scrape, too
	complete   bool // every page is read: the size needs no confirmation
	ignoreSize bool // take no page for short or full: the page size is in doubt
	unexpected bool // an audit has found a page that was not as expected
	audited    bool // a page before the last was audited, or all were read
}

// findLast requests pages until the last one is known, and the page size is certain as
// far as it can be.
func (s *search) findLast(ctx context.Context) error {
	for {
		p, get := s.bounds.next(s.pages.peek, s.trustedSize(), s.confirmEnd), s.pages.get
		if p == 0 {
			p = s.beforeLast()
		}
		if p == 0 && !s.complete {
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

// beforeLast returns the page before the last if the last one has moved down and that
// page was not seen yet, else 0: pages that became longer make a list as much shorter in
// pages as contacts that have gone.
func (s *search) beforeLast() int {
	if p := s.bounds.low - 1; p >= 1 && s.bounds.low < s.previous {
		if _, seen := s.pages.peek(p); !seen {
			return p
		}
	}
	return 0
}

// sawEnd reports whether the page after the last was seen empty in this scrape.
func (s *search) sawEnd() bool {
	_, seen := s.pages.peek(s.bounds.low + 1)
	return seen
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
	if !s.size.certain {
		s.size.records = max(s.size.records, page.Records)
	}
	return nil
}

// visitAndSettle visits page n, and finds the last page again if that moved it.
func (s *search) visitAndSettle(ctx context.Context, n int, get func(context.Context, int) (inbox.Page, error)) error {
	if err := s.visit(ctx, n, get); err != nil {
		return err
	}
	return s.findLast(ctx)
}
