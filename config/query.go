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
	by       []string
	byItems  []strictyaml.Value // by in the file
	labels   map[string]string
	accounts []string // nil for all
	counting string   // "" for that of the account
}

// appliesTo reports whether an account runs the query.
func (q *queryDraft) appliesTo(account *accountDraft) bool {
	return q.accounts == nil || slices.Contains(q.accounts, account.Name)
}

// queries reads the list of queries.
func (r *reader) queries(list []strictyaml.Value, accounts []*accountDraft) []*queryDraft {
	var all []*queryDraft
	taken := make(takenNames)
	for _, v := range list {
		if _, ok := v.Entries(); !ok {
			continue
		}
		query := r.query(section(v), accounts)
		taken.add(query.Name, query.at, query.keys)
		all = append(all, query)
	}
	return all
}

// query reads one query.
func (r *reader) query(v strictyaml.Value, accounts []*accountDraft) *queryDraft {
	keys, _ := v.Mapping(queryKeys...)
	keys.Require("name", "help")
	q := &queryDraft{at: v, keys: keys}
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
		q.accounts = accountNames(v, accounts)
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
		q.by, _ = v.Strings(strictyaml.Value.NonEmptyText)
		q.byItems, _ = v.Items()
		for i, name := range q.by {
			if name != "" {
				labels.add(q.byItems[i], name, "by")
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

// accountNames reads the names of the accounts that run a query.
func accountNames(v strictyaml.Value, accounts []*accountDraft) []string {
	var known, public []string // public ones do not come from the environment
	for _, account := range accounts {
		name, ok := account.keys.Get("name")
		if !ok || account.Name == "" {
			continue
		}
		known = append(known, account.Name)
		if _, variables := name.Source(); !variables {
			public = append(public, account.Name)
		}
	}
	names, ok := v.Strings(strictyaml.Value.NonEmptyText)
	if ok && len(names) == 0 {
		v.Errorf("the list is empty, remove the key to run the query for all accounts")
	}
	items, _ := v.Items()
	for i, name := range names {
		switch {
		case name == "" || len(known) == 0: // reported
		case !slices.Contains(known, name):
			items[i].Errorf("unknown account %s%s", items[i].Quoted(), strictyaml.Suggestion(name, public))
		case slices.Contains(names[:i], name):
			items[i].Errorf("the account %s is listed twice", items[i].Quoted())
		}
	}
	return names
}
