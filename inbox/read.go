package inbox

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// sideBySide is how many pages of one query are asked for at a time. How many
// requests are in flight is for the Gate to say.
const sideBySide = 16

// read reads all pages of a query, each contact counting once. regular tells that
// every page but the last was full. With proof it also sees the first empty page.
func (c *Counter) read(ctx context.Context, m *memory, pages *Pages, proof bool) (contacts []Contact, regular bool, err error) {
	s := &search{pages: pages, size: &c.size, bounds: m.bounds, proof: proof}
	defer func() { c.remember(m, s.bounds) }()
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
	return endOf(parent, "the deadline came before all pages were read")
}

// mend asks again for pages that cannot be of one list; if they still are not,
// it returns why.
func (s *search) mend(ctx context.Context) error {
	suspects := repeated(s.pages.snapshot())
	if gap := s.gap(); gap > 0 {
		suspects = append(suspects, gap, s.low)
	}
	slices.Sort(suspects)
	for _, p := range slices.Compact(suspects) {
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
	return impossible(s.pages.snapshot(), s.low)
}

// gap is the first page before the last that is empty, 0 if there is none.
func (s *search) gap() int {
	for p := 1; p < s.low; p++ {
		if page, _ := s.pages.peek(p); page.Records == 0 {
			return p
		}
	}
	return 0
}

// contacts returns the contacts of all pages, each once.
func (s *search) contacts() []Contact {
	seen := s.pages.snapshot()
	known := make(map[Identity]bool)
	var contacts []Contact
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
