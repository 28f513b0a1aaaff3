package paging

import (
	"context"
	"slices"
)

// probe is one count by the last page.
type probe struct {
	search  *search
	audited func(asExpected bool) // may be nil
	random  func(n int) int
}

// count returns the number of contacts if no page seen contradicts it, after the audit
// that is due.
func (p *probe) count(ctx context.Context, due audit) (Count, error) {
	if err := p.search.reconsiderSize(ctx); err != nil {
		return Count{}, err
	}
	if err := p.search.findLast(ctx); err != nil {
		return Count{}, err
	}
	if err := p.audit(ctx, due); err != nil {
		return Count{}, err
	}
	n, contradicting := p.total()
	if len(contradicting) == 0 {
		return n, nil
	}
	return p.resolve(ctx, contradicting)
}

// total computes the number from the last page, and returns the pages seen that
// contradict it.
func (p *probe) total() (Count, []int) {
	s := p.search
	size, last := s.trustedSize(), s.bounds.low
	page, _ := s.pages.peek(last)
	return Count{
		Contacts: s.contacts(), LastPage: last, Full: last > 0 && page.Records == size,
		Irregular: s.unexpected, size: size, asOf: s.asOf,
	}, p.contradicting(size)
}

// contacts returns the number that follows from the last page.
func (s *search) contacts() int {
	last, _ := s.pages.peek(s.bounds.low)
	return max(s.bounds.low-1, 0)*s.size.records + last.Records
}

// contradicting returns the pages seen, in order, that do not fit a list whose pages
// have that number of records: one before the last that is not full, a last one that is
// longer, and one with contacts after the last.
func (p *probe) contradicting(records int) []int {
	low := p.search.bounds.low
	var numbers []int
	for n, page := range p.search.pages.snapshot() {
		if n < low && page.Records != records || n == low && page.Records > records || n > low && page.Records > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}
