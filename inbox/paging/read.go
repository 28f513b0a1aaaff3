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
}

// Read returns the contacts of q from every page up to the last, which a Count on the
// same pages has just found. Its errors are those of Count.
func (c *Counter) Read(ctx context.Context, q Query, pages *Pages) (Listing, error) {
	listing, regular, err := c.read(ctx, q, pages, c.Cost(q, pages).Walk)
	if err == nil && !regular {
		c.change(q, func(m *memory) { m.walk = true })
	}
	return listing, err
}

// walk counts by reading every page. The query returns to counting by the last page
// once a complete walk has found every page but the last full.
func (c *Counter) walk(ctx context.Context, q Query, pages *Pages) (Count, error) {
	pages.requireContacts()
	listing, regular, err := c.read(ctx, q, pages, true)
	if err != nil {
		return Count{}, err
	}
	c.change(q, func(m *memory) { m.walk = !regular })
	return Count{Contacts: len(listing.Contacts)}, nil
}

// read reads all pages of a query, and reports whether every page but the last was
// full. With confirmEnd it also sees the first empty page.
func (c *Counter) read(ctx context.Context, q Query, pages *Pages, confirmEnd bool) (l Listing, regular bool, err error) {
	s := &search{pages: pages, size: &c.size, bounds: c.recall(q).bounds, confirmEnd: confirmEnd}
	defer func() { c.remember(q, s.bounds) }()
	for _, step := range []func(context.Context) error{s.findLast, s.fetchAll, s.recheckList} {
		if err := step(ctx); err != nil {
			return Listing{}, false, err
		}
	}
	return s.listing(), s.agreeOnSize(), nil
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

// recheckList requests pages again that cannot be of one list, for the inbox may have
// moved while they were read. If they still cannot, that is the error.
func (s *search) recheckList(ctx context.Context) error {
	seen := s.pages.snapshot()
	doubtful := repeated(seen)
	if first := firstEmpty(seen); first < s.bounds.low {
		doubtful = append(doubtful, first, s.bounds.low)
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
