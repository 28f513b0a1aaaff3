package paging

import (
	"context"
	"maps"
	"sync"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxContacts bounds the memory of a walk or a read: some 64 MiB.
const maxContacts = 1_000_000

// Fetch gets page p, from 1, of one filter query, with its contacts if asked to. It
// is all that counting knows of the API.
type Fetch func(ctx context.Context, p int, contacts bool) (inbox.Page, error)

// Pages is one filter query's pages as one scrape sees them: a page is asked for
// once, and again only when pages contradict each other. It is safe for
// concurrent use.
type Pages struct {
	fetch Fetch
	full  bool // with contacts

	mu       sync.Mutex
	seen     map[int]inbox.Page
	contacts int // kept in seen
}

// NewPages returns the pages behind fetch, none of them seen yet. With contacts,
// each is asked for with its contacts, so that it can be read after it was counted.
func NewPages(fetch Fetch, contacts bool) *Pages {
	return &Pages{fetch: fetch, full: contacts, seen: make(map[int]inbox.Page)}
}

// withContacts has every page asked for with its contacts from now on, and
// forgets those that were not. No other method may run at the same time.
func (ps *Pages) withContacts() {
	if !ps.full {
		ps.full = true
		ps.forget()
	}
}

func (ps *Pages) get(ctx context.Context, p int) (inbox.Page, error) {
	if page, ok := ps.peek(p); ok {
		return page, nil
	}
	return ps.again(ctx, p)
}

// again asks for page p whether or not it has been seen.
func (ps *Pages) again(ctx context.Context, p int) (inbox.Page, error) {
	page, err := ps.fetch(ctx, p, ps.full)
	if err != nil {
		return inbox.Page{}, err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.contacts += len(page.Contacts) - len(ps.seen[p].Contacts)
	ps.seen[p] = page
	if ps.contacts > maxContacts {
		return inbox.Page{}, inbox.Errorf(inbox.TooLarge, "more than %d contacts to tell apart", maxContacts)
	}
	return page, nil
}

// Seen returns how many different pages have been seen.
func (ps *Pages) Seen() int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return len(ps.seen)
}

// Unfit returns why a field of the selection cannot be read of the contacts seen, nil
// if it can.
func (ps *Pages) Unfit(field int) error {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, page := range ps.seen {
		if err := page.Unfit[field]; err != nil {
			return err
		}
	}
	return nil
}

func (ps *Pages) peek(p int) (inbox.Page, bool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	page, ok := ps.seen[p]
	return page, ok
}

// twin returns a page seen that begins with the same contact as page p, 0 if there
// is none.
func (ps *Pages) twin(p int) int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	page := ps.seen[p]
	for n, other := range ps.seen {
		if n != p && page.Records > 0 && other.Records > 0 && page.First == other.First {
			return n
		}
	}
	return 0
}

// forget makes every page unseen.
func (ps *Pages) forget() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	clear(ps.seen)
	ps.contacts = 0
}

// snapshot returns what has been seen, by page number.
func (ps *Pages) snapshot() map[int]inbox.Page {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return maps.Clone(ps.seen)
}
