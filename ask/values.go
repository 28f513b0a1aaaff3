package ask

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

const (
	maxShown      = 10 // values of a field in one text
	maxShownValue = 40 // bytes of one
)

// statusValues asks which statuses occur, and which the configuration does not know.
func statusValues(_ context.Context, i *inquiry) (Finding, error) {
	known, named := i.filterValues("status")
	if !named {
		known = filter.Statuses()
	}
	observation, seen, err := i.values(statusField)
	if err != nil {
		return Finding{}, err
	}
	strange := without(seen, known)
	switch {
	case len(strange) == 0:
		return fine(observation, ""), nil
	case named:
		return notice(observation, "No query counts "+i.shown(strange)+". Add what is missing to the dimension status."), nil
	}
	return fine(observation, "Not documented: "+i.shown(strange)+"."), nil
}

// platformValues asks which channels occur, and which the configuration does not declare.
func platformValues(_ context.Context, i *inquiry) (Finding, error) {
	observation, seen, err := i.values(platformField)
	if err != nil {
		return Finding{}, err
	}
	for _, q := range i.account.Queries {
		for _, group := range q.GroupBy {
			if strange := without(seen, group.Values); group.Field == platformField && len(strange) > 0 {
				return fine(observation, fmt.Sprintf("Add %s to the values of the label %s of %s, to have the series from the start.",
					i.shown(strange), group.Label, q.Name)), nil
			}
		}
	}
	return fine(observation, ""), nil
}

// senderValues asks who sends last messages, and whether the configuration waits for
// senders that do not occur.
func senderValues(_ context.Context, i *inquiry) (Finding, error) {
	observation, seen, err := i.values(senderField)
	if err != nil {
		return Finding{}, err
	}
	known, named := i.filterValues("lastMessageBy")
	missing := without(known, seen)
	switch {
	case len(seen) == 0 && named:
		return notice(observation, "lastMessageBy may match nobody. Compare the numbers with the vendor's inbox."), nil
	case named && len(missing) == len(known):
		return notice(observation, fmt.Sprintf("Nobody wrote as %s, so queries with lastMessageBy may count nobody: check its values.", i.shown(missing))), nil
	case named && len(without(seen, known)) > 0:
		return fine(observation, "Not in lastMessageBy: "+i.shown(without(seen, known))+"."), nil
	}
	return fine(observation, ""), nil
}

// values returns the values of a field on the pages seen, the most frequent first.
func (i *inquiry) values(path string) (observation string, seen []string, err error) {
	contacts := i.seen
	if len(contacts) == 0 {
		if i.end != nil {
			return "", nil, errEmpty
		}
		return "", nil, i.noPages()
	}
	counts := make(map[string]int)
	for _, c := range contacts {
		for _, value := range i.fields.of(c, path) {
			counts[value]++
		}
	}
	seen = slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	if len(seen) == 0 {
		return fmt.Sprintf("none in %s", number(len(contacts), "contact")), nil, nil
	}
	return fmt.Sprintf("%s in %s", i.shown(seen), number(len(contacts), "contact")), seen, nil
}

// shown returns values of contacts as a text: without secrets, none too long, not too
// many.
func (i *inquiry) shown(values []string) string {
	var texts []string
	for _, value := range values[:min(len(values), maxShown)] {
		texts = append(texts, fmt.Sprintf("%.*q", maxShownValue, i.asker.redact(value)))
	}
	if more := len(values) - maxShown; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, ", ")
}

// filterValues returns the values that filters of the configuration have in a field, and
// whether there are any.
func (i *inquiry) filterValues(field string) ([]string, bool) {
	var all []string
	for _, q := range i.account.Queries {
		for _, part := range q.Parts {
			list, _ := part.Filter.Value(field).([]string)
			all = append(all, list...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), len(all) > 0
}

// without returns the values that are not among others.
func without(values, others []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(others, v) })
}

// missingFields asks which fields the configuration names that the records lack.
func missingFields(_ context.Context, i *inquiry) (Finding, error) {
	named := configuredFields(i.account)
	contacts := i.seen
	switch {
	case len(named) == 0:
		return fine("no query reads a field of the contacts", ""), nil
	case len(contacts) == 0 && i.end != nil:
		return Finding{}, errEmpty
	case len(contacts) == 0:
		return Finding{}, i.noPages()
	}
	var missing []string
	for _, path := range named {
		if !slices.ContainsFunc(contacts, func(c inbox.Contact) bool { return len(i.fields.of(c, path)) > 0 }) {
			missing = append(missing, path)
		}
	}
	if len(missing) == 0 {
		return fine("the records have "+strings.Join(named, ", "), ""), nil
	}
	return notice(fmt.Sprintf("%s in none of %s", strings.Join(missing, ", "), number(len(contacts), "contact")),
		"Labels from such a field are none, and oldest, sum and waiting fail. Compare the spelling with a record of the API."), nil
}
