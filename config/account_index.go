package config

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
)

// accountIndex finds accounts by their names.
type accountIndex struct {
	all    []*accountDraft
	named  map[string]*accountDraft
	public []string // names that do not come from the environment
}

func index(accounts []*accountDraft) *accountIndex {
	index := &accountIndex{all: accounts, named: make(map[string]*accountDraft, len(accounts))}
	for _, account := range accounts {
		name, ok := account.keys.Get("name")
		if _, taken := index.named[account.Name]; !ok || account.Name == "" || taken {
			continue // reported
		}
		index.named[account.Name] = account
		if _, variables := name.Source(); !variables {
			index.public = append(index.public, account.Name)
		}
	}
	return index
}

// list reads the names of the accounts that run a query, and returns the accounts.
func (index *accountIndex) list(v strictyaml.Value) []*accountDraft {
	names, ok := v.Strings(strictyaml.Value.NonEmptyText)
	if ok && len(names) == 0 {
		v.Errorf("the list is empty, remove the key to run the query for all accounts")
	}
	items, _ := v.Items()
	var listed []*accountDraft
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		account, known := index.named[name]
		switch {
		case name == "" || len(index.named) == 0: // reported
		case !known:
			items[i].Errorf("unknown account %s%s", items[i].Quoted(), suggest.Text(name, index.public))
		case seen[name]:
			items[i].Errorf("the account %s is listed twice", items[i].Quoted())
		default:
			listed = append(listed, account)
		}
		seen[name] = true
	}
	return listed
}
