package config

import (
	"errors"
	"maps"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// maxParts is how many filters a query may become for one account: each costs at
// least one request per scrape.
const maxParts = 1000

// expandQuery returns a query as an account runs it, with one part for each
// combination of the values of its dimensions.
func expandQuery(q *queryDraft, account *accountDraft) *Query {
	expanded := q.Query
	expanded.Walk = q.counting == "walk" || q.counting == "" && account.walk
	if expanded.Verify == "" {
		expanded.Verify = account.verify
	}
	expanded.Parts = []Part{{Labels: q.labels, Filter: q.filter}}
	if expanded.Parts[0].Labels == nil {
		expanded.Parts[0].Labels = map[string]string{}
	}
	for i, name := range q.by {
		if name == "" || slices.Contains(q.by[:i], name) {
			continue // reported
		}
		item := q.byItems[i]
		d, ok := account.dimensions.find(name)
		if !ok {
			item.Errorf("%s has no dimension %s%s", account.at.Path(), item.Quoted(),
				strictyaml.Suggestion(name, account.dimensions.names()))
			continue
		}
		if len(expanded.Parts)*len(d.values) > maxParts {
			item.Errorf("the dimensions of %s have more than %d combinations", account.at.Path(), maxParts)
			return &expanded
		}
		expanded.Parts = split(expanded.Parts, d, item)
	}
	return &expanded
}

// split returns each part once for each value of a dimension.
func split(parts []Part, d dimension, item strictyaml.Value) []Part {
	var all []Part
	for _, part := range parts {
		for _, value := range d.values {
			merged, err := filter.Merge(part.Filter, value.filter)
			if conflict, ok := errors.AsType[*filter.ConflictError](err); ok {
				item.Errorf("the value %q of dimension %q sets %s, which the filter or another dimension sets too",
					value.label, d.name, conflict.Field)
			}
			labels := maps.Clone(part.Labels)
			labels[d.name] = value.label
			all = append(all, Part{Labels: labels, Filter: merged})
		}
	}
	return all
}
