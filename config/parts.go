package config

import (
	"errors"
	"maps"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// maxParts bounds how many filters a query may become for an account: each
// costs at least one request a scrape.
const maxParts = 1000

// expandQuery returns a query as an account runs it.
func (p *parser) expandQuery(q *queryDraft, account *accountDraft) *Query {
	expanded := q.Query
	expanded.Walk = q.counting == "walk" || q.counting == "" && account.walk
	expanded.Parts = []Part{{Labels: q.labels, Filter: q.filter}}
	if expanded.Parts[0].Labels == nil {
		expanded.Parts[0].Labels = map[string]string{}
	}
	for i, name := range q.by {
		if name == "" || slices.Contains(q.by[:i], name) {
			continue // reported
		}
		d, ok := account.dimensions.find(name)
		if !ok {
			p.fail(q.byItems[i], q.byAt.item(i), "%s has no dimension %s%s",
				account.at, p.shown(q.byItems[i]), hint(name, account.dimensions.names()))
			continue
		}
		if len(expanded.Parts)*len(d.values) > maxParts {
			p.fail(q.byItems[i], q.byAt, "the dimensions of %s have more than %d combinations", account.at, maxParts)
			return &expanded
		}
		expanded.Parts = p.split(expanded.Parts, d, q, i)
	}
	return &expanded
}

// split returns each part once for each value of a dimension.
func (p *parser) split(parts []Part, d dimension, q *queryDraft, i int) []Part {
	var all []Part
	for _, part := range parts {
		for _, value := range d.values {
			merged, err := filter.Merge(part.Filter, value.filter)
			if conflict, ok := errors.AsType[*filter.ConflictError](err); ok {
				p.fail(q.byItems[i], q.byAt.item(i),
					"the value %q of dimension %q sets %s, which the filter or another dimension sets too",
					value.label, d.name, conflict.Field)
			}
			labels := maps.Clone(part.Labels)
			labels[d.name] = value.label
			all = append(all, Part{Labels: labels, Filter: merged})
		}
	}
	return all
}
