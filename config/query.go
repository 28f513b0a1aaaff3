package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

var queryKeys = []string{
	"name", "help", "filter", "by", "group_by", "oldest", "labels", "accounts", "counting",
}

// queryDraft is a query before it is expanded for an account.
type queryDraft struct {
	Query
	at       place
	nameNode *yaml.Node
	filter   filter.Filter
	by       []string
	byItems  []*yaml.Node // of by
	byAt     place
	labels   map[string]string
	accounts []string // nil for all
	counting string   // "" to follow the account
}

// appliesTo tells whether an account runs the query.
func (q *queryDraft) appliesTo(account *accountDraft) bool {
	return q.accounts == nil || slices.Contains(q.accounts, account.Name)
}

// queries reads the list of queries.
func (p *parser) queries(root *yaml.Node, top map[string]entry, accounts []*accountDraft) []*queryDraft {
	var all []*queryDraft
	for i, n := range p.requiredList(root, top, "queries", "query") {
		at := place{owner: fmt.Sprintf("queries[%d]", i)}
		if _, ok := p.entries(n, at); !ok {
			continue
		}
		query := p.query(n, at, accounts)
		taken := func(other *queryDraft) bool { return other.Name != "" && other.Name == query.Name }
		if first := slices.IndexFunc(all, taken); first >= 0 {
			p.fail(query.nameNode, query.at, "yields the same series as %s, names must be unique", all[first].at)
		}
		all = append(all, query)
	}
	return all
}

// query reads one query.
func (p *parser) query(n *yaml.Node, at place, accounts []*accountDraft) *queryDraft {
	q := &queryDraft{at: at}
	q.Name, q.nameNode = p.ownerName(n, &q.at)
	keys, _ := p.object(n, q.at, queryKeys...)
	p.require(n, q.at, keys, "name", "help")
	if q.Name != "" {
		p.metricName(q.nameNode, q.at.key("name"), q.Name)
	}
	if e, ok := keys["help"]; ok {
		q.Help, _ = p.text(e.value, e.at)
	}
	if e, ok := keys["filter"]; ok {
		q.filter = p.filter(e.value, e.at)
	}
	p.queryLabels(q, keys)
	if e, ok := keys["oldest"]; ok {
		q.Oldest = p.path(e.value, e.at)
	}
	if e, ok := keys["accounts"]; ok {
		q.accounts = p.accountNames(e, accounts)
	}
	if e, ok := keys["counting"]; ok {
		q.counting = "probe"
		if p.counting(e.value, e.at) {
			q.counting = "walk"
		}
	}
	return q
}

// queryLabels reads what gives a query its labels. Their names must differ.
func (p *parser) queryLabels(q *queryDraft, keys map[string]entry) {
	sources := make(map[string]string)
	claim := func(n *yaml.Node, at place, name, source string) {
		if other, taken := sources[name]; taken {
			p.fail(n, at, "the label %s is already one of %s", p.shown(n), other)
			return
		}
		sources[name] = source
		q.LabelNames = append(q.LabelNames, name)
	}
	if e, ok := keys["by"]; ok {
		q.by, _ = p.texts(e.value, e.at, p.string)
		q.byItems, q.byAt = e.value.Content, e.at
		for i, name := range q.by {
			claim(q.byItems[i], e.at.item(i), name, "by")
		}
	}
	if e, ok := keys["group_by"]; ok {
		q.GroupBy = p.groups(e, claim)
	}
	if e, ok := keys["labels"]; ok {
		q.labels = make(map[string]string)
		all, _ := p.entries(e.value, e.at)
		for _, label := range all {
			p.labelName(label.key, e.at, label.name)
			claim(label.key, e.at, label.name, "labels")
			q.labels[label.name], _ = p.text(label.value, label.at)
		}
	}
	slices.Sort(q.LabelNames)
}

// path reads the dotted path of a field of a contact.
func (p *parser) path(n *yaml.Node, at place) string {
	text, ok := p.text(n, at)
	if ok && slices.Contains(strings.Split(text, "."), "") {
		p.fail(n, at, "want a field such as lastMessage.at, not %s", p.shown(n))
	}
	return text
}

// accountNames reads the names of the accounts that a query is for.
func (p *parser) accountNames(e entry, accounts []*accountDraft) []string {
	var known, public []string
	for _, account := range accounts {
		if account.Name == "" {
			continue
		}
		known = append(known, account.Name)
		if _, expanded := p.written[account.nameNode]; !expanded {
			public = append(public, account.Name)
		}
	}
	names, ok := p.texts(e.value, e.at, p.string)
	if ok && len(names) == 0 {
		p.fail(e.value, e.at, "names no account, remove the key to ask all")
	}
	for i, name := range names {
		item := e.value.Content[i]
		switch {
		case name == "" || len(known) == 0: // reported
		case !slices.Contains(known, name):
			p.fail(item, e.at.item(i), "unknown account %s%s", p.shown(item), hint(name, public))
		case slices.Contains(names[:i], name):
			p.fail(item, e.at.item(i), "the account %s is named twice", p.shown(item))
		}
	}
	return append([]string{}, names...)
}
