package ask

import (
	"context"
	"fmt"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// order asks whether two looks show the contacts in the same order. In an inbox that
// changes, contacts move; but most stay, and in the same order.
func order(ctx context.Context, i *inquiry) (Finding, error) {
	if i.end == nil {
		return Finding{}, i.noEnd()
	}
	if i.end.last == 0 {
		return Finding{}, errEmpty
	}
	n := (i.end.last + 1) / 2
	before, err := i.everyone.page(ctx, n)
	if err != nil {
		return Finding{}, err
	}
	for range 3 { // one after the other, so that little changes between them
		after, err := i.everyone.again(ctx, n)
		if err != nil {
			return Finding{}, err
		}
		if sameOrder(before, after) {
			return fine(fmt.Sprintf("two looks at page %d show the same order", n), ""), nil
		}
		before = after
	}
	i.unordered = true
	const observation = "each look shows the contacts in another order"
	if i.end.last > 1 && i.reads() {
		return failure(observation, "Counts are right. Reads of several pages (group_by, oldest, sum, waiting) miss contacts: "+
			"count by dimensions instead, or filter so that one page holds all."), nil
	}
	return notice(observation, "Counts are right. Reads of several pages (group_by, oldest, sum, waiting) would miss contacts."), nil
}

// sameOrder reports whether at least half of the contacts are on both pages, in the same
// order.
func sameOrder(a, b inbox.Page) bool {
	both := common(a, b)
	return 2*len(both) >= min(a.Records, b.Records) && slices.Equal(both, common(b, a))
}

// reads reports whether a query reads the contacts themselves.
func (i *inquiry) reads() bool {
	for _, q := range i.account.Queries {
		if q.Reads() || q.Walk {
			return true
		}
	}
	return false
}
