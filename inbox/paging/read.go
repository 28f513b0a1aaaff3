package paging

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxConcurrentPages is how many pages of one query are requested at a time. The
// account's limiter decides how many of these requests are in flight.
const maxConcurrentPages = 16

// Listing is the contacts of a query.
type Listing struct {
	Contacts []inbox.Contact // each once
	// Unreadable says, by its index in Selection.Fields, why a field cannot be read
	// of these contacts. See inbox.Page.
	Unreadable map[int]error
	// Count is the number that follows from the last page, or that of Contacts if q walks.
	Count Count
}

// Read returns the contacts of q from every page up to the last, which a Count on the
// same pages has just found. Its errors are those of Count.
func (c *Counter) Read(ctx context.Context, q Query, pages *Pages) (Listing, error) {
	return c.read(ctx, q, pages, c.Cost(q, pages).Walk)
}

// walk counts by reading every page.
func (c *Counter) walk(ctx context.Context, q Query, pages *Pages) (Count, error) {
	pages.requireContacts()
	l, err := c.read(ctx, q, pages, true)
	return Count{Contacts: len(l.Contacts)}, err
}

// read reads all pages of a query. One whose pages before the last are not all full is
// walked from then on, until a complete walk finds them full, whatever their size. A
// walk also sees the first empty page.
func (c *Counter) read(ctx context.Context, q Query, pages *Pages, walk bool) (Listing, error) {
	s := c.newSearch(q, pages)
	s.complete, s.confirmEnd, s.changedTo = true, walk, 0
	for _, step := range []func(context.Context) error{s.findLast, s.fetchAll, s.recheckList} {
		if err := step(ctx); err != nil {
			c.remember(q, s, err)
			return Listing{}, err
		}
	}
	regular := s.agreeOnSize()
	s.audited = true
	c.remember(q, s, nil)
	c.change(q, func(m *memory) { m.walk = !regular })
	l := s.listing()
	l.Count = Count{Contacts: s.contacts()}
	if walk || !regular {
		l.Count.Contacts = len(l.Contacts)
	}
	return l, nil
}

// fetchAll requests the pages up to the last that have not been seen, concurrently.
func (s *search) fetchAll(parent context.Context) error {
	group, ctx := errgroup.WithContext(parent)
	group.SetLimit(maxConcurrentPages)
	for p := 1; p < s.bounds.low; p++ {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil // another page's error ended this
			}
			_, err := s.pages.get(ctx, p)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return inbox.ContextError(parent, "the deadline came before all pages were read")
}

// maxRechecked is how many pages of irregular length a read requests again. In a list
// that only moves there are fewer.
const maxRechecked = 5

// recheckList requests pages again that cannot be of one list, for the inbox may have
// moved while they were read, and so it does with pages that are not full before the
// last one, unless a walk expects them. If pages still cannot be of one list, that is
// the error.
func (s *search) recheckList(ctx context.Context) error {
	seen := s.pages.snapshot()
	doubtful := repeated(seen)
	if first := firstEmpty(seen); first < s.bounds.low {
		doubtful = append(doubtful, first, s.bounds.low)
	}
	for i, p := range s.irregular(seen) {
		if i < maxRechecked && !s.confirmEnd && !slices.Contains(doubtful, p) {
			doubtful = append(doubtful, p)
		}
	}
	for _, p := range doubtful {
		if err := s.visit(ctx, p, s.pages.refetch); err != nil {
			return err
		}
	}
	if err := s.findLast(ctx); err != nil {
		return err
	}
	if err := s.fetchAll(ctx); err != nil {
		return err
	}
	return checkContiguous(s.pages.snapshot(), s.bounds.low)
}

// irregular returns the pages, in order, that are not as long as most are before the
// last one, and the last if it is longer.
func (s *search) irregular(seen map[int]inbox.Page) []int {
	lengths := make(map[int]int)
	for p := 1; p < s.bounds.low; p++ {
		lengths[seen[p].Records]++
	}
	usual := 0
	for length, pages := range lengths {
		if pages > lengths[usual] || pages == lengths[usual] && length > usual {
			usual = length
		}
	}
	var pages []int
	for p := 1; p <= s.bounds.low; p++ {
		if n := seen[p].Records; p < s.bounds.low && n != usual || n > usual && s.bounds.low > 1 {
			pages = append(pages, p)
		}
	}
	return pages
}

// repeated returns the pages that begin with the same contact as an earlier one.
func repeated(seen map[int]inbox.Page) []int {
	firsts := make(map[inbox.Identity]bool)
	var pages []int
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		page := seen[p]
		if page.Records > 0 && firsts[page.First] {
			pages = append(pages, p)
		}
		firsts[page.First] = true
	}
	return pages
}

// firstEmpty returns the first page seen to be empty, or a number beyond any page if
// none was.
func firstEmpty(seen map[int]inbox.Page) int {
	first := maxPages + 2
	for p, page := range seen {
		if page.Records == 0 {
			first = min(first, p)
		}
	}
	return first
}

// listing returns the contacts of all pages, each once.
func (s *search) listing() Listing {
	seen := s.pages.snapshot()
	var l Listing
	n := 0
	for _, page := range seen {
		n += len(page.Contacts)
	}
	known := make(map[inbox.Identity]bool, n)
	l.Contacts = make([]inbox.Contact, 0, n)
	for p := 1; p <= s.bounds.low; p++ {
		for _, contact := range seen[p].Contacts {
			if !known[contact.ID] {
				known[contact.ID] = true
				l.Contacts = append(l.Contacts, contact)
			}
		}
	}
	for _, page := range seen {
		for field, err := range page.Unreadable {
			if l.Unreadable == nil {
				l.Unreadable = make(map[int]error)
			}
			l.Unreadable[field] = err
		}
	}
	return l
}
