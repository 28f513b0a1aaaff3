package inboxtest

import "math/rand/v2"

// defaultPageSize is the default length of a full page.
const defaultPageSize = 20

// Oddities are deviations in paging that the API's documentation does not rule out, or that other servers have. The zero
// value pages as documented.
type Oddities struct {
	// RepeatLastPage returns the last page for all pages past the end.
	RepeatLastPage bool
	// IgnorePage returns the first page for all requests.
	IgnorePage bool
	// NotFoundPastEnd responds to pages past the end, but not to page 1, with 404.
	NotFoundPastEnd bool
	// Shuffle lists the contacts in another order in each response. It costs a sort of all matches.
	Shuffle bool
	// DropEvery drops every n-th contact after paging, so that some pages are short: with 7, 50 matches are returned as 43.
	// 0 drops none.
	DropEvery int
}

// page returns the contacts on the requested page.
func (o Oddities) page(in *Inbox, q request, match func(*row) bool, size int) []*Contact {
	number := q.page
	if o.IgnorePage {
		number = 1
	}
	skip := (number - 1) * size
	if o.Shuffle {
		matching := in.find(func(c *Contact) bool {
			var r row
			r.set(c)
			return match(&r)
		})
		return shuffled(matching, skip, size)
	}
	contacts, seen := in.window(match, skip, size)
	if o.RepeatLastPage && len(contacts) == 0 && seen > 0 {
		skip = (seen - 1) / size * size
		contacts, _ = in.window(match, skip, size)
	}
	if o.DropEvery <= 0 {
		return contacts
	}
	kept := contacts[:0]
	for i, c := range contacts {
		if (skip+i+1)%o.DropEvery != 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// shuffled returns a page of the contacts in a random order.
func shuffled(contacts []*Contact, skip, size int) []*Contact {
	rand.Shuffle(len(contacts), func(i, j int) { contacts[i], contacts[j] = contacts[j], contacts[i] })
	contacts = contacts[min(skip, len(contacts)):]
	return contacts[:min(size, len(contacts))]
}
