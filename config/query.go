package config

import (
	"slices"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

var queryKeys = []string{
	"name", "help", "filter", "by", "group_by", "oldest", "labels", "accounts", "counting", "verify",
}

// queryDraft is a query before it is expanded for an account.
type queryDraft struct {
	Query
	at       strictyaml.Value // the query in the file
	keys     strictyaml.Mapping
	filter   filter.Filter
	by       []byDimension // each dimension once
	labels   map[string]string
	accounts []*accountDraft // that run the query
	counting string          // "" for that of the account
}

// byDimension is a dimension that splits a query.
type byDimension struct {
	name string
	at   strictyaml.Value // the name in the file
}

// queries reads the list of queries.
func (r *reader) queries(list []strictyaml.Value, accounts []*accountDraft) []*queryDraft {
	var all []*queryDraft
	named := index(accounts)
	taken := make(takenNames)
	for _, v := range list {
		if _, ok := v.Entries(); !ok {
			continue
		}
		query := r.query(section(v), named)
		taken.add(query.Name, query.at, query.keys)
		all = append(all, query)
	}
	return all
}

// query reads one query.
func (r *reader) query(v strictyaml.Value, accounts *accountIndex) *queryDraft {
	keys, _ := v.Mapping(queryKeys...)
	keys.Require("name", "help")
	q := &queryDraft{at: v, keys: keys, accounts: accounts.all}
	if v, ok := keys.Get("name"); ok {
		if q.Name, ok = v.NonEmptyText(); ok {
			checkMetricName(v, q.Name)
		}
	}
	if v, ok := keys.Get("help"); ok {
		q.Help, _ = v.NonEmptyText()
	}
	if v, ok := keys.Get("filter"); ok {
		q.filter = r.filter(v)
	}
	q.readLabels(keys)
	if v, ok := keys.Get("oldest"); ok {
		q.Oldest = fieldPath(v)
	}
	if v, ok := keys.Get("accounts"); ok {
		q.accounts = accounts.list(v)
	}
	if v, ok := keys.Get("verify"); ok {
		q.Verify = verify(v)
	}
	if v, ok := keys.Get("counting"); ok {
		q.counting = "probe"
		if walks(v) {
			q.counting = "walk"
		}
	}
	return q
}

// readLabels reads the keys that give the query its labels.
func (q *queryDraft) readLabels(keys strictyaml.Mapping) {
	labels := &labelNames{key: make(map[string]string)}
	if v, ok := keys.Get("by"); ok {
		names, _ := v.Strings(strictyaml.Value.NonEmptyText)
		items, _ := v.Items()
		for i, name := range names {
			if name != "" && labels.add(items[i], name, "by") {
				q.by = append(q.by, byDimension{name, items[i]})
			}
		}
	}
	if v, ok := keys.Get("group_by"); ok {
		q.GroupBy = groups(v, labels)
	}
	if v, ok := keys.Get("labels"); ok {
		q.labels = make(map[string]string)
		entries, _ := v.Entries()
		for _, e := range entries {
			checkLabelName(e.Key, e.Name)
			labels.add(e.Key, e.Name, "labels")
			q.labels[e.Name], _ = e.Value.NonEmptyText()
		}
	}
	q.LabelNames = labels.names
	slices.Sort(q.LabelNames)
}

// fieldPath reads the dotted path of a field of a contact.
func fieldPath(v strictyaml.Value) string {
	text, ok := v.NonEmptyText()
	if ok && slices.Contains(strings.Split(text, "."), "") {
		v.Errorf("want a field such as lastMessage.at, got %s", v.Quoted())
	}
	return text
}
