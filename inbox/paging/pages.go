package paging

import (
	"context"
	"maps"
	"sync"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Fetch requests page p, counted from 1, of one filter query, with its contacts if
// asked to. It is all that this package knows of the API.
type Fetch func(ctx context.Context, p int, contacts bool) (inbox.Page, error)

// Pages holds the pages of one filter query that were seen in one scrape. A page is
// requested once, and again only if pages contradict each other. It is safe for
// concurrent use.
type Pages struct {
	fetch        Fetch
	withContacts bool

	mu   sync.Mutex
	seen map[int]inbox.Page
}

// NewPages returns the pages behind fetch, none of them seen yet. With contacts,
// each page is requested with its contacts, so that it can be read after it was
// counted.
func NewPages(fetch Fetch, contacts bool) *Pages {
	return &Pages{fetch: fetch, withContacts: contacts, seen: make(map[int]inbox.Page)}
}

// requireContacts has every page requested with its contacts from now on, and
// forgets those that were not. No other method may run at the same time.
func (ps *Pages) requireContacts() {
	if !ps.withContacts {
		ps.withContacts = true
		ps.forget()
	}
}

// get returns page p, requesting it if it has not been seen.
func (ps *Pages) get(ctx context.Context, p int) (inbox.Page, error) {
	if page, ok := ps.peek(p); ok {
		return page, nil
	}
	return ps.refetch(ctx, p)
}

// refetch requests page p whether or not it has been seen.
func (ps *Pages) refetch(ctx context.Context, p int) (inbox.Page, error) {
	page, err := ps.fetch(ctx, p, ps.withContacts)
	if err != nil {
		return inbox.Page{}, err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.seen[p].Release()
	ps.seen[p] = page
	return page, nil
}

// peek returns page p if it has been seen.
func (ps *Pages) peek(p int) (inbox.Page, bool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	page, ok := ps.seen[p]
	return page, ok
}

// unseen returns how many of the pages 1 to last have not been seen.
func (ps *Pages) unseen(last int) int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return max(0, last-len(ps.seen))
}

// duplicateOf returns the lowest page seen that begins with the same contact as page p,
// or 0.
func (ps *Pages) duplicateOf(p int) int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	page, lowest := ps.seen[p], 0
	for n, other := range ps.seen {
		if n != p && page.Records > 0 && other.Records > 0 && page.First == other.First && (lowest == 0 || n < lowest) {
			lowest = n
		}
	}
	return lowest
}

// forget makes every page unseen.
func (ps *Pages) forget() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, page := range ps.seen {
		page.Release()
	}
	clear(ps.seen)
}

// snapshot returns the pages seen by their number.
func (ps *Pages) snapshot() map[int]inbox.Page {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return maps.Clone(ps.seen)
}
