package ask

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// outcome is what a filter did to the list.
type outcome int

const (
	applied   outcome = iota
	looked            // the list is that without the filter, but a value that nobody has empties it
	ignored           // the list is that without the filter
	different         // the list changed, but has contacts that do not match
	unclear           // the list may be that without the filter, and nothing contradicts that
	rejected          // the API answers with an error
)

// trial is how the API treated a filter in one of the ways to send it.
type trial struct {
	outcome                 outcome
	matching, contradicting int
	err                     error
}

// ask sends the filter with and without listing it in applicableFilters.
func (k *filterKind) ask(ctx context.Context, i *inquiry) (Finding, error) {
	if i.end == nil {
		return Finding{}, i.noEnd()
	}
	if i.end.last == 0 {
		return Finding{}, errEmpty
	}
	f := i.best(k)
	sent, err := i.try(ctx, k, f, k.listed)
	if err != nil {
		return Finding{}, err
	}
	other, err := i.try(ctx, k, f, !k.listed)
	if err != nil {
		return Finding{}, err
	}
	observation := fmt.Sprintf("%s: %s; %s: %s", manner(k.listed), sent, manner(!k.listed), other)
	switch sent.outcome {
	case applied, looked:
		return fine(observation, "Applied as the exporter sends it."), nil
	case unclear:
		f := notice(observation, "Whether it is applied does not show. Ask again when some contacts do not match it.")
		f.OK = sent.matching > 0
		return f, nil
	}
	return failure(observation, k.consequence(sent, other)), nil
}

// applied reports whether the API applied the filter.
func (t trial) applied() bool { return t.outcome == applied || t.outcome == looked }

// manner names a way to send a filter.
func manner(listed bool) string {
	if listed {
		return "listed in applicableFilters"
	}
	return "not listed"
}

// String says what the list showed.
func (t trial) String() string {
	switch t.outcome {
	case ignored:
		if t.contradicting > 0 {
			return fmt.Sprintf("ignored, %d of %s do not match", t.contradicting, number(t.matching+t.contradicting, "record"))
		}
		return "ignored, contacts are listed for a value that nobody has"
	case different:
		return fmt.Sprintf("the list changes, but %d of %s do not match", t.contradicting, number(t.matching+t.contradicting, "record"))
	case looked:
		return "applied, a value that nobody has empties the list"
	case unclear:
		if t.matching == 0 {
			return "does not show"
		}
		return fmt.Sprintf("does not show, all %s match", number(t.matching, "record"))
	case rejected:
		return "rejected: " + t.err.Error()
	default:
		if t.matching > 0 {
			return fmt.Sprintf("applied, all %s match", number(t.matching, "record"))
		}
		return "applied, the list changes"
	}
}

// consequence says what to do about a filter that does not do what it says in the way
// that the exporter sends it.
func (k *filterKind) consequence(sent, other trial) string {
	text := fmt.Sprintf("Queries with %s count others, too.", k.field)
	if sent.outcome == rejected {
		text = fmt.Sprintf("Queries with %s fail.", k.field)
	}
	switch {
	case other.applied() && k.listed:
		return text + fmt.Sprintf(" Set applicableFilters in them, without %s (such as applicableFilters: []).", k.field)
	case other.applied():
		return text + fmt.Sprintf(" Name %s in their applicableFilters.", k.field)
	}
	return text + " Remove them, or ask the vendor how to filter by it."
}

// try sends a filter in one way, and compares the list with the unfiltered one.
func (i *inquiry) try(ctx context.Context, k *filterKind, f filter.Filter, listed bool) (trial, error) {
	filtered := i.list(k.listing(f, listed))
	change, err := i.changes(ctx, filtered)
	if i.asker.refused(err) {
		return trial{outcome: rejected, err: err}, nil
	}
	if err != nil {
		return trial{}, err
	}
	var t trial
	t.matching, t.contradicting = i.tally(k, f, filtered.contacts())
	if i.unordered { // the list always changes
		change = t.contradicting < 2 && i.selected(k, f, t.matching)
	}
	switch bad := contradicted(t.matching, t.contradicting) || t.contradicting >= 2 && !change; {
	case bad && change:
		t.outcome = different
	case bad:
		t.outcome = ignored
	case !change || t.matching == 0:
		t.outcome, err = i.probe(ctx, k, listed, change)
	}
	return t, err
}

// selected reports whether the number of records that match is no coincidence, going by
// the share of the unfiltered list that does.
func (i *inquiry) selected(k *filterKind, f filter.Filter, matching int) bool {
	const unlikely = 0.01
	matchAnyway, others := i.tally(k, f, i.everyone.contacts())
	share := float64(matchAnyway+1) / float64(matchAnyway+others+1) // above 0, because not all were seen
	return math.Pow(share, float64(matching)) < unlikely
}

// changes reports whether a list differs from the unfiltered one: in page 1, or in the
// page that is the last of the unfiltered list.
func (i *inquiry) changes(ctx context.Context, filtered *list) (bool, error) {
	page, err := filtered.page(ctx, 1)
	if err != nil {
		return false, err
	}
	moved, differs := compare(i.everyone.pages[1], page)
	if differs || i.end.last == 1 {
		return differs || moved, nil
	}
	page, err = filtered.page(ctx, i.end.last)
	if i.asker.refused(err) { // it is past the end
		return true, nil
	}
	if err != nil {
		return false, err
	}
	shifted, differs := compare(i.everyone.pages[i.end.last], page)
	return page.Records == 0 || !moved && (shifted || differs), nil
}

// compare reports whether the contacts of a page differ from those of another at all, and
// whether they differ by more than what a few new contacts do.
func compare(a, b inbox.Page) (moved, differs bool) {
	both := len(common(a, b))
	most := max(a.Records, b.Records)
	return !slices.Equal(ids(a), ids(b)), (most-both)*5 > most
}

// probe says what became of a filter of which the records do not say enough. One of its
// kind that no contact matches shows whether the API looks at it.
func (i *inquiry) probe(ctx context.Context, k *filterKind, listed, changed bool) (outcome, error) {
	f, ok := k.unmatched()
	if !ok && changed {
		return applied, nil
	}
	if !ok {
		return unclear, nil
	}
	page, err := i.list(k.listing(f, listed)).page(ctx, 1)
	switch {
	case err != nil && !i.asker.refused(err):
		return unclear, err
	case page.Records > 0:
		return ignored, nil
	case changed:
		return applied, nil
	}
	return looked, nil
}
