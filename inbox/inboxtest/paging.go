package inboxtest

// defaultPageSize is the length of a full page.
const defaultPageSize = 20

// Oddities are ways of paging that the API's documentation does not exclude, or that other servers are known for. The
// zero value pages as documented.
type Oddities struct {
	// RepeatLastPage answers every page past the end with the last one.
	RepeatLastPage bool
	// IgnorePage answers every request with the first page.
	IgnorePage bool
	// DropEvery drops, after paging, each contact whose position among the matching ones is a multiple of it: with 7
	// and 50 matches, 43 are shown, and pages in the middle are short. 0 drops none.
	DropEvery int
}

// page returns the contacts on the page that a request asks for.
func (o Oddities) page(in *Inbox, q request, match func(*row) bool, size int) []*Contact {
	number := q.page
	if o.IgnorePage {
		number = 1
	}
	skip := (number - 1) * size
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
