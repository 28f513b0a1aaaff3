package paging

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// sideBySide is how many pages of one query are asked for at a time. How many
// requests are in flight is for the Gate to say.
const sideBySide = 16

// read reads all pages of a query, each contact counting once. regular tells that
// every page but the last was full. With proof it also sees the first empty page.
func (c *Counter) read(ctx context.Context, q Query, pages *Pages, proof bool) (contacts []inbox.Contact, regular bool, err error) {
	s := &search{pages: pages, size: &c.size, bounds: c.recall(q).bounds, proof: proof}
	defer func() { c.remember(q, s.bounds) }()
	if err := s.settle(ctx); err != nil {
		return nil, false, err
	}
	if err := s.fill(ctx); err != nil {
		return nil, false, err
	}
	if err := s.mend(ctx); err != nil {
		return nil, false, err
	}
	return s.contacts(), s.regular(), nil
}

// fill asks for the pages up to the last that have not been seen, side by side.
func (s *search) fill(parent context.Context) error {
	group, ctx := errgroup.WithContext(parent)
	group.SetLimit(sideBySide)
	for p := 1; p < s.low; p++ {
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

// mend looks again at pages that cannot be of one list, for the inbox may have moved
// while they were read; if they still cannot, it returns why.
func (s *search) mend(ctx context.Context) error {
	seen := s.pages.snapshot()
	suspects := repeated(seen)
	if first := firstEmpty(seen); first < s.low {
		suspects = append(suspects, first, s.low)
	}
	for _, p := range suspects {
		if err := s.look(ctx, p, s.pages.again); err != nil {
			return err
		}
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.fill(ctx); err != nil {
		return err
	}
	return gap(s.pages.snapshot(), s.low)
}

// repeated returns the pages that begin with the same contact as an earlier one.
func repeated(seen map[int]inbox.Page) []int {
	begins := make(map[inbox.Identity]bool)
	var pages []int
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		page := seen[p]
		if page.Records > 0 && begins[page.First] {
			pages = append(pages, p)
		}
		begins[page.First] = true
	}
	return pages
}

// firstEmpty returns the first page seen to be empty, beyond any page if none was.
func firstEmpty(seen map[int]inbox.Page) int {
	first := maxPages + 2
	for p, page := range seen {
		if page.Records == 0 {
			first = min(first, p)
		}
	}
	return first
}

// contacts returns the contacts of all pages, each once.
func (s *search) contacts() []inbox.Contact {
	seen := s.pages.snapshot()
	known := make(map[inbox.Identity]bool)
	var contacts []inbox.Contact
	for p := 1; p <= s.low; p++ {
		for _, contact := range seen[p].Contacts {
			if !known[contact.ID] {
				known[contact.ID] = true
				contacts = append(contacts, contact)
			}
		}
	}
	return contacts
}
