package collector

import (
	"maps"
	"slices"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// noValue is the value of a contact whose field is absent, null or empty.
const noValue = "none"

// separator joins the values of a group into its key. It is not valid UTF-8, so no value
// contains it.
const separator = "\xff"

// groupKeys returns the keys of the groups that a contact belongs to: one for each
// combination of its fields' values.
func groupKeys(p planned, contact inbox.Contact) []string {
	values := make([][]string, len(p.fields))
	for i, field := range p.fields {
		for _, value := range contact.Values[field] {
			values[i] = append(values[i], shownValue(p.query.GroupBy[i], value))
		}
		if len(values[i]) == 0 {
			values[i] = []string{shownValue(p.query.GroupBy[i], noValue)}
		}
	}
	return combinations(values)
}

// shownValue returns the value of a label for that of a field.
func shownValue(by config.Group, value string) string {
	if name, ok := by.Names[value]; ok {
		return name
	}
	return strings.ToValidUTF8(value, "\uFFFD")
}

// combinations returns the keys of all combinations of one value from each list. If there
// are more than maxGroups, it may stop early, but returns more than maxGroups.
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

// groupLabelSet returns the labels of a group of a part.
func groupLabelSet(p planned, key string) map[string]string {
	labels := maps.Clone(p.part().Labels)
	if labels == nil {
		labels = make(map[string]string)
	}
	for i, value := range strings.Split(key, separator) {
		if len(p.query.GroupBy) > 0 {
			labels[p.query.GroupBy[i].Label] = value
		}
	}
	return labels
}

// groupLabels returns the names of the group_by labels as a phrase.
func groupLabels(q *config.Query) string {
	var names []string
	for _, by := range q.GroupBy {
		names = append(names, by.Label)
	}
	return strings.Join(names, " and ")
}
