package paging

import (
	"context"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxSteps bounds a search in an inbox that contradicts itself faster than it
// can be asked. An honest search takes at most 31 steps.
const maxSteps = 200

// search finds the last page of one query.
type search struct {
	pages *Pages
	size  *pageSize
	bounds
	was    int  // the last page at the last count, 0 if there was none
	afresh bool // trust no page size
	proof  bool // see the page after the last, too
	steps  int
}

// settle asks for pages until the last one is known, and the page size is certain
// where it can be.
func (s *search) settle(ctx context.Context) error {
	for {
		p, get := s.next(s.pages.peek, s.known(), s.proof), s.pages.get
		if p == 0 {
			p, get = s.ascertain(), s.pages.again
		}
		if p == 0 {
			return nil
		}
		if s.steps++; s.steps > maxSteps {
			return inbox.Errorf(inbox.Pagination, "pages contradict each other, after %d looks still", maxSteps)
		}
		if err := s.look(ctx, p, get); err != nil {
			return err
		}
		if s.low > maxPages {
			return inbox.Errorf(inbox.TooLarge, "more than %d pages", maxPages)
		}
	}
}

// ascertain makes the page size certain, or returns the page to look at first; 0 where
// looking does not help. A page before the last must have been seen, and two that
// agree make it certain. One alone may have been the last, and part full, when it was
// seen: it must be seen twice.
func (s *search) ascertain() int {
	records, certain := s.size.known()
	if certain || s.afresh || s.low <= 1 {
		return 0
	}
	var full []int
	before := false
	for p, page := range s.pages.snapshot() {
		before = before || p < s.low
		if p < s.low && page.Records == records {
			full = append(full, p)
		}
	}
	switch {
	case !before:
		return s.low - 1
	case len(full) == 0:
		return 0 // the pages before the last contradict the longest seen
	case len(full) == 1 && s.twice != [2]int{full[0], records}:
		s.twice = [2]int{full[0], records}
		return full[0]
	}
	s.size.confirm(records)
	return 0
}

// look asks for page p and learns from it. If it begins with the same contact as
// another page, and both still do when asked again, the API repeats pages.
func (s *search) look(ctx context.Context, p int, get func(context.Context, int) (inbox.Page, error)) error {
	if err := s.take(ctx, p, get); err != nil {
		return err
	}
	twin := s.pages.twin(p)
	if twin == 0 {
		return nil
	}
	for _, n := range []int{twin, p} {
		if err := s.take(ctx, n, s.pages.again); err != nil {
			return err
		}
	}
	if twin = s.pages.twin(p); twin != 0 {
		return inbox.Errorf(inbox.Pagination, "pages %d and %d begin with the same contact: the API repeats pages", min(twin, p), max(twin, p))
	}
	return nil
}

func (s *search) take(ctx context.Context, p int, get func(context.Context, int) (inbox.Page, error)) error {
	page, err := get(ctx, p)
	if err != nil {
		return err
	}
	s.learn(p, page.Records)
	s.size.learn(page.Records)
	return nil
}

// known is the page size that the search may lean on.
func (s *search) known() int {
	if s.afresh {
		return 0
	}
	records, _ := s.size.current()
	return records
}

// agreeing is how many pages before the last must have one and the same length,
// shorter than the page size, for the page size to be believed to have shrunk.
// With fewer, rows that the server dropped explain them as well.
const agreeing = 8

// regular tells whether all pages seen before the last are full and the last is
// not longer. The page size is what they agree on, if that can be believed.
func (s *search) regular() bool {
	records, _ := s.size.current()
	lengths := make(map[int]int)
	for p, page := range s.pages.snapshot() {
		if p < s.low {
			lengths[page.Records]++
		}
	}
	last, _ := s.pages.peek(s.low)
	for length, pages := range lengths {
		if len(lengths) > 1 || last.Records > length || length < records && !s.shrank(records, length, pages) {
			return false
		}
		s.size.replace(length)
	}
	return true
}

// shrank tells whether pages of another length, so many seen, mean that the page
// size has shrunk. Then the list has as many pages more; where rows are dropped
// after paging, it has as many as before. A list seen whole needs no such sign.
func (s *search) shrank(from, to, pages int) bool {
	if pages < agreeing {
		return false
	}
	before, dropped, shrunk := s.was*from, s.low*from, s.low*to
	return pages == s.low-1 || s.was > 0 && abs(shrunk-before) < abs(dropped-before)
}

func abs(n int) int { return max(n, -n) }
