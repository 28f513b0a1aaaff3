package paging

import (
	"context"
	"math/rand/v2"
	"slices"
)

// probe is one count by the last page.
type probe struct {
	search  search
	audited func(full bool) // may be nil
}

// count returns the number of contacts if no page seen contradicts it. With audit it
// also looks at one page other than the last.
func (p *probe) count(ctx context.Context, audit bool) (Count, error) {
	if err := p.search.findLast(ctx); err != nil {
		return Count{}, err
	}
	if audit {
		if err := p.audit(ctx); err != nil {
			return Count{}, err
		}
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
	size, low := p.search.size.get(), p.search.bounds.low
	n := Count{size: p.search.size, epoch: size.epoch}
	if low > 0 {
		last, _ := p.search.pages.peek(low)
		n.Contacts = (low-1)*size.records + last.Records
	}
	return n, p.contradicting(size.records)
}

// contradicting returns the pages seen, in order, that do not fit a list whose pages
// have so many records: one before the last that is not full, a last one that is
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

// audit looks at one random page before the last. If there is none it looks at the
// page after the last, because only that shows a page size that has shrunk.
func (p *probe) audit(ctx context.Context) error {
	if p.search.bounds.low <= 1 {
		return p.search.visitAndSettle(ctx, p.search.bounds.low+1, p.search.pages.get)
	}
	n := 1 + rand.IntN(p.search.bounds.low-1)
	if err := p.search.visitAndSettle(ctx, n, p.search.pages.get); err != nil {
		return err
	}
	if !p.full(n) {
		if err := p.search.visitAndSettle(ctx, n, p.search.pages.refetch); err != nil {
			return err
		}
	}
	if p.audited != nil && n <= p.search.bounds.low {
		p.audited(p.full(n))
	}
	return nil
}

func (p *probe) full(n int) bool {
	page, _ := p.search.pages.peek(n)
	return page.Records == p.search.size.get().records
}
