package collector

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const (
	// nowhere is the group of a contact whose field is absent, null or empty.
	nowhere = "none"
	// maxGroups bounds the series of one part of a query.
	maxGroups = 100
)

// separator joins the values of a group into its key. It is in no valid UTF-8, and
// so in no value.
const separator = "\xff"

// group is the contacts that share the values of a query's group_by labels.
type group struct {
	contacts int
	earliest time.Time // of the field oldest; zero when none has a readable one
}

// tally sorts contacts into groups. fields and oldest are where in a contact the
// group_by labels' values and the time are; oldest is -1 for none.
func tally(contacts []inbox.Contact, fields []int, oldest int) map[string]group {
	groups := make(map[string]group)
	for _, contact := range contacts {
		for _, key := range groupKeys(contact, fields) {
			g := groups[key]
			g.contacts++
			if oldest >= 0 {
				at := contact.Times[oldest]
				if !at.IsZero() && (g.earliest.IsZero() || at.Before(g.earliest)) {
					g.earliest = at
				}
			}
			groups[key] = g
		}
	}
	return groups
}

// groupKeys returns the groups that a contact counts in: one for each combination
// of its fields' values.
func groupKeys(contact inbox.Contact, fields []int) []string {
	values := make([][]string, len(fields))
	for i, field := range fields {
		for _, value := range contact.Values[field] {
			values[i] = append(values[i], strings.ToValidUTF8(value, "\uFFFD"))
		}
		if len(values[i]) == 0 {
			values[i] = []string{nowhere}
		}
	}
	return combinations(values)
}

// combinations joins one of each of the values with one of each other. Of more than
// maxGroups it returns some, but more than maxGroups.
func combinations(values [][]string) []string {
	keys := []string{""}
	for i, choices := range values {
		var longer []string
		for _, key := range keys {
			for _, choice := range choices {
				if i > 0 {
					choice = key + separator + choice
				}
				longer = append(longer, choice)
			}
		}
		keys = longer
		if len(keys) > maxGroups {
			break
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}

// declaredGroups returns the groups that a part of a query has from the start. Without
// group_by that is the one of all its contacts.
func declaredGroups(q *config.Query) map[string]bool {
	groups := make(map[string]bool)
	var values [][]string
	for _, by := range q.GroupBy {
		values = append(values, by.Values)
	}
	for _, key := range combinations(values) {
		groups[key] = true
	}
	return groups
}

// remember adds the groups seen now to those that were ever seen, as far as there
// is room; those that are not seen now give way first.
func remember(ever map[string]bool, now map[string]group) {
	for key := range now {
		ever[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(ever)) {
		if _, seen := now[key]; len(ever) > maxGroups && !seen {
			delete(ever, key)
		}
	}
}
