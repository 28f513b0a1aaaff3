package paging

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// errIrregular: pages before the last are not all full, also when asked again.
var errIrregular = errors.New("irregular pages")

// probe is one count by its last page.
type probe struct {
	search
	audit   bool
	audited func(full bool)
}

// count returns (last page − 1) × page size + length of the last page, when no
// page seen contradicts that.
func (p *probe) count(ctx context.Context) (Count, error) {
	if err := p.settle(ctx); err != nil {
		return Count{}, err
	}
	if p.audit {
		if err := p.auditPage(ctx); err != nil {
			return Count{}, err
		}
	}
	n, suspects := p.total()
	if len(suspects) == 0 {
		return n, nil
	}
	if err := p.askAgain(ctx, suspects); err != nil {
		return Count{}, err
	}
	n, still := p.total()
	if len(still) == 0 {
		return n, nil
	}
	return p.survey(ctx, append(suspects, still...))
}

// total assumes that every page but the last is full. It is right if there are no
// suspects, as long as the page size is what it is now.
func (p *probe) total() (n Count, suspects []int) {
	records, epoch := p.size.current()
	if p.low > 0 {
		last, _ := p.pages.peek(p.low)
		n.Contacts = (p.low-1)*records + last.Records
	}
	n.epoch = epoch
	return n, p.suspects(records)
}

// auditPage audits: it looks at one random page before the last. Where there is none
// it looks behind the last page, for a page size that shrank shows only there.
func (p *probe) auditPage(ctx context.Context) error {
	if p.low <= 1 {
		return p.lookAndSettle(ctx, p.low+1, p.pages.get)
	}
	n := 1 + rand.IntN(p.low-1)
	if err := p.lookAndSettle(ctx, n, p.pages.get); err != nil {
		return err
	}
	if !p.full(n) {
		if err := p.lookAndSettle(ctx, n, p.pages.again); err != nil {
			return err
		}
	}
	if p.audited != nil && n <= p.low {
		p.audited(p.full(n))
	}
	return nil
}

func (p *probe) full(n int) bool {
	records, _ := p.size.current()
	page, _ := p.pages.peek(n)
	return page.Records == records
}

func (p *probe) lookAndSettle(ctx context.Context, n int, get func(context.Context, int) (inbox.Page, error)) error {
	if err := p.look(ctx, n, get); err != nil {
		return err
	}
	return p.settle(ctx)
}

// suspects returns the pages seen, in order, that cannot all be right: one before
// the last that is not full, one longer than the page size, one with records
// behind the end.
func (p *probe) suspects(records int) []int {
	seen := p.pages.snapshot()
	var suspects []int
	for n, page := range seen {
		if n < p.low && page.Records != records || n == p.low && page.Records > records || n > p.low && page.Records > 0 {
			suspects = append(suspects, n)
		}
	}
	slices.Sort(suspects)
	return suspects
}

// askAgain looks at the suspects once more, for the inbox may have moved between
// the first looks. What they show twice is believed, and what then cannot be one
// list is an error.
func (p *probe) askAgain(ctx context.Context, suspects []int) error {
	records, _ := p.size.current()
	for _, n := range suspects {
		if err := p.look(ctx, n, p.pages.again); err != nil {
			return err
		}
		if page, _ := p.pages.peek(n); page.Records > records {
			p.size.grow(page.Records)
		}
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	return gap(p.pages.snapshot(), p.low)
}

// gap returns an error when there are contacts behind an empty page: no list is like
// that, whatever its page size.
func gap(seen map[int]inbox.Page, last int) error {
	if first := firstEmpty(seen); first < last {
		return inbox.Errorf(inbox.Pagination, "page %d is empty, but page %d has contacts", first, last)
	}
	return nil
}

// surveys is how often a count begins afresh in an inbox that moves meanwhile.
const surveys = 3

// survey counts afresh and trusts nothing learnt before, the page size included.
// If all pages before the last then agree on another page size, it is believed.
// If they do not, and look the same at a second look, the pages are irregular.
func (p *probe) survey(ctx context.Context, suspects []int) (Count, error) {
	p.afresh = true
	for range surveys {
		p.pages.forget()
		p.bounds = bounds{}
		if err := p.settle(ctx); err != nil {
			return Count{}, err
		}
		for _, n := range suspects {
			if err := p.lookAndSettle(ctx, n, p.pages.get); err != nil {
				return Count{}, err
			}
		}
		if p.regular() {
			if n, suspects := p.total(); len(suspects) == 0 { // else another query has changed the page size just now
				return n, nil
			}
		}
		moved, err := p.moved(ctx)
		if err != nil {
			return Count{}, err
		}
		if !moved {
			return Count{}, errIrregular
		}
	}
	return Count{}, inbox.Errorf(inbox.Pagination, "the inbox moves faster than its pages can be counted")
}

// moved looks again at the pages seen that are too short, and at the last, and tells
// whether any of them has changed.
func (p *probe) moved(ctx context.Context) (bool, error) {
	seen, last := p.pages.snapshot(), p.low
	longest, _ := p.size.current()
	for _, page := range seen {
		longest = max(longest, page.Records)
	}
	moved := false
	for _, n := range slices.Sorted(maps.Keys(seen)) {
		if n > last || n < last && seen[n].Records == longest {
			continue
		}
		if err := p.look(ctx, n, p.pages.again); err != nil {
			return false, err
		}
		page, _ := p.pages.peek(n)
		moved = moved || page.Records != seen[n].Records || page.First != seen[n].First
	}
	if moved {
		return true, nil
	}
	return false, gap(p.pages.snapshot(), p.low)
}
