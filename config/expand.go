package config

import (
	"errors"
	"maps"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
)

// maxParts is how many filters a query may become for one account: each costs at
// least one request per scrape.
const maxParts = 1000

// maxSeries is how many series a configuration may have.
const maxSeries = 200_000

// expandAll gives the accounts the queries that they run. It ends where there are more
// series than may be.
func expandAll(queries []*queryDraft) {
	series := 0
	for _, q := range queries {
		for _, account := range q.accounts {
			expanded := expandQuery(q, account)
			if series += expanded.series(); series > maxSeries {
				q.at.Errorf("with this query the configuration has more than %d series, spread it over several exporters", maxSeries)
				return
			}
			account.Queries = append(account.Queries, expanded)
		}
	}
}

// series returns how many series a query has from the start: those of groups that are
// not declared come on top.
func (q *Query) series() int {
	series := len(q.Parts)
	for _, group := range q.GroupBy {
		series *= max(1, len(group.Values))
	}
	return series * q.SeriesPerGroup()
}

// SeriesPerGroup returns how many series each part of a query has, or each of its groups.
func (q *Query) SeriesPerGroup() int {
	// Those of a reply time's histogram, and of the counters.
	const histogram, counters = 14, 3
	series := 1 + len(q.Sums)
	if q.Oldest != "" {
		series++
	}
	if q.Waiting != nil {
		series += 2 + len(q.Waiting.OlderThan) + histogram + counters
	}
	return series
}

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
	for _, by := range q.by {
		d, ok := account.dimensions.find(by.name)
		if !ok {
			by.at.Errorf("%s has no dimension %s%s", account.at.Path(), by.at.Quoted(),
				suggest.Text(by.name, account.dimensions.names()))
			continue
		}
		if len(expanded.Parts)*len(d.values) > maxParts {
			by.at.Errorf("the dimensions of %s have more than %d combinations", account.at.Path(), maxParts)
			return &expanded
		}
		expanded.Parts = split(expanded.Parts, d, by.at)
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
