package ask

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// maxSamples is how many pages are looked at to see whether they are full, beside those
// that the search for the last page looks at.
const maxSamples = 3

var errEmpty = &notAsked{why: "the inbox is empty"}

// pageSize asks how many contacts a full page has, and whether full pages always have
// that many.
func pageSize(ctx context.Context, i *inquiry) (Finding, error) {
	end, err := i.everyone.findEnd(ctx)
	if err != nil {
		return Finding{}, err
	}
	i.end = end
	switch end.last {
	case 0:
		return fine("the inbox is empty", "Ask again when it has contacts."), nil
	case 1:
		return fine(fmt.Sprintf("page 1 has %s and is the last", number(i.everyone.pages[1].Records, "contact")),
			"The page size shows when there is a second page. The exporter learns it then."), nil
	}
	for n := 1; n <= maxSamples; n++ {
		if _, err := i.everyone.page(ctx, max(1, end.last*n/(maxSamples+1))); err != nil {
			return Finding{}, err
		}
	}
	size, err := i.everyone.confirmLengths(ctx, end.last)
	if err != nil {
		return Finding{}, err
	}
	return i.fullPages(size), nil
}

// confirmLengths returns the length of the longest page, and looks again at the pages that
// are not as long, up to maxSamples, and at a last page that is longer.
func (l *list) confirmLengths(ctx context.Context, last int) (longest int, err error) {
	shortest := l.longest(last)
	again := 0
	for _, n := range slices.Sorted(maps.Keys(l.pages)) {
		irregular := n < last && l.pages[n].Records < shortest || n == last && l.pages[n].Records > shortest
		if !irregular || again == maxSamples {
			continue
		}
		again++
		if _, err := l.again(ctx, n); err != nil {
			return 0, err
		}
	}
	return l.longest(last), nil
}

// longest returns the length of the longest page before the last.
func (l *list) longest(last int) int {
	longest := 0
	for n, page := range l.pages {
		if n < last {
			longest = max(longest, page.Records)
		}
	}
	return longest
}

// fullPages returns the finding about the pages before the last, the longest of which has
// so many contacts.
func (i *inquiry) fullPages(longest int) Finding {
	shortest, seen, last := longest, 0, i.end.last
	for n, page := range i.everyone.pages {
		if n < last {
			seen++
			shortest = min(shortest, page.Records)
		}
	}
	length := i.everyone.pages[last].Records
	switch {
	case shortest < longest:
		return i.irregular(fmt.Sprintf("pages before the last have %d to %s", shortest, number(longest, "contact")))
	case length > longest:
		return i.irregular(fmt.Sprintf("%s on a full page, but %d on the last", number(longest, "contact"), length))
	}
	all := "1 full page"
	if seen > 1 {
		all = fmt.Sprintf("all %d full pages", seen)
	}
	return fine(fmt.Sprintf("%s, on %s seen; %d pages, %d contacts", number(longest, "contact"), all, last, (last-1)*longest+length),
		"Counts by the last page are exact.")
}

// irregular returns the finding about pages that are not full.
func (i *inquiry) irregular(observation string) Finding {
	for _, q := range i.account.Queries {
		if !q.Walk {
			return failure(observation, "Counts by the last page are wrong until the exporter notices, and expensive from then on. "+
				"Set counting: walk for the account, and expect as many requests as there are pages.")
		}
	}
	return fine(observation, "counting: walk is right for this API.")
}

// afterLastPage asks what comes after the last page.
func afterLastPage(ctx context.Context, i *inquiry) (Finding, error) {
	if i.end == nil {
		return Finding{}, i.noEnd()
	}
	end := i.end
	observation := fmt.Sprintf("page %d %s", end.page, end.after)
	switch {
	case !end.after.is():
		return failure(fmt.Sprintf("page %d still has contacts", end.last), "The exporter counts at most 20 000 pages."), nil
	case end.after.empty:
		return fine(observation, "This is what counts rely on."), nil
	case end.after.err != nil:
		return failure(observation, fmt.Sprintf("Counts rely on an empty page and fail with the reason %s: they are absent.", inbox.ReasonOf(end.after.err))), nil
	}
	ignored, err := i.ignoresPage(ctx)
	switch {
	case err != nil:
		return Finding{}, err
	case ignored:
		return failure(observation+", and there are more contacts than it has", "The API ignores the field page: nothing can be counted."), nil
	}
	return notice(observation, "Counts rely on an empty page and fail with the reason pagination: they are absent, not wrong."), nil
}

// ignoresPage reports whether page 2 repeats page 1 although the inbox has other contacts:
// another list shows some.
func (i *inquiry) ignoresPage(ctx context.Context) (bool, error) {
	if i.end.last > 1 {
		return false, nil
	}
	others, err := i.contactsOnly().page(ctx, 1)
	var unasked *notAsked
	if errors.As(err, &unasked) {
		return false, err
	}
	return err == nil && len(common(others, i.everyone.pages[1])) < others.Records, nil
}
