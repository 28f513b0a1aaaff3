package ask

import (
	"context"
	"maps"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// list is the list of the contacts that match a filter, as far as it was seen.
type list struct {
	inquiry *inquiry
	body    filter.Body
	pages   map[int]inbox.Page // by their numbers, as they were seen last
}

func (i *inquiry) list(f filter.Filter) *list {
	return &list{inquiry: i, body: f.At(i.now), pages: make(map[int]inbox.Page)}
}

// page returns a page, from an earlier look if there was one.
func (l *list) page(ctx context.Context, n int) (inbox.Page, error) {
	if page, seen := l.pages[n]; seen {
		return page, nil
	}
	return l.again(ctx, n)
}

// again returns a page as it is now.
func (l *list) again(ctx context.Context, n int) (inbox.Page, error) {
	page, err := l.inquiry.asker.ask(ctx, inbox.Request{Body: l.body.Page(n), Selection: &l.inquiry.fields.selection})
	if err != nil {
		return inbox.Page{}, err
	}
	l.pages[n] = page
	l.inquiry.remember(page)
	return page, nil
}

// remember adds the contacts of a page to those seen.
func (i *inquiry) remember(page inbox.Page) {
	for _, c := range page.Contacts {
		if !i.known[c.ID] {
			i.known[c.ID] = true
			i.seen = append(i.seen, c)
		}
	}
}

// copied returns a page with the same contacts as page n, the lowest that was seen, or 0.
func (l *list) copied(n int) int {
	for _, other := range slices.Sorted(maps.Keys(l.pages)) {
		if other != n && l.pages[n].Records > 0 && slices.Equal(ids(l.pages[other]), ids(l.pages[n])) {
			return other
		}
	}
	return 0
}

// contacts returns the contacts that were seen, each once.
func (l *list) contacts() []inbox.Contact {
	var all []inbox.Contact
	seen := make(map[inbox.Identity]bool)
	for _, n := range slices.Sorted(maps.Keys(l.pages)) {
		for _, c := range l.pages[n].Contacts {
			if !seen[c.ID] {
				seen[c.ID] = true
				all = append(all, c)
			}
		}
	}
	return all
}

// ids returns the contacts of a page in its order.
func ids(page inbox.Page) []inbox.Identity {
	all := make([]inbox.Identity, len(page.Contacts))
	for i, c := range page.Contacts {
		all[i] = c.ID
	}
	return all
}

// common returns the contacts of a that b has, too, in the order of a.
func common(a, b inbox.Page) []inbox.Identity {
	other := make(map[inbox.Identity]bool)
	for _, id := range ids(b) {
		other[id] = true
	}
	return slices.DeleteFunc(ids(a), func(id inbox.Identity) bool { return !other[id] })
}
