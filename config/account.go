package config

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// accountKeys are the keys of an account that are the exporter's own; the
// others belong to the HTTP client.
var accountKeys = []string{
	"name", "url", "rate_limit", "concurrency", "timeout", "min_interval", "counting", "dimensions",
}

// accountDraft is an account together with what its queries are expanded with.
type accountDraft struct {
	*Account
	at         place
	nameNode   *yaml.Node
	walk       bool
	own        *yaml.Node // the dimensions key of the account, nil for none
	dimensions dimensions
}

// accounts reads the list of accounts.
func (p *parser) accounts(root *yaml.Node, top map[string]entry, global dimensions) []*accountDraft {
	list := p.requiredList(root, top, "accounts", "account")
	var all []*accountDraft
	for i, n := range list {
		account := p.account(n, i, global)
		if account == nil {
			continue
		}
		taken := func(other *accountDraft) bool { return other.Name != "" && other.Name == account.Name }
		if first := slices.IndexFunc(all, taken); first >= 0 {
			p.fail(account.nameNode, account.at, "the name is taken by %s, names must be unique", all[first].at)
		}
		all = append(all, account)
	}
	return all
}

// requiredList returns the items of a list at the top that must not be empty.
func (p *parser) requiredList(root *yaml.Node, top map[string]entry, name, one string) []*yaml.Node {
	list, ok := top[name]
	if !ok {
		p.fail(root, place{}, "%s is missing, want at least one %s", name, one)
		return nil
	}
	items, ok := p.items(list.value, list.at)
	if ok && len(items) == 0 {
		p.fail(list.value, list.at, "the list is empty, want at least one %s", one)
	}
	return items
}

// account reads one account; nil when it is no mapping.
func (p *parser) account(n *yaml.Node, i int, global dimensions) *accountDraft {
	at := place{owner: fmt.Sprintf("accounts[%d]", i)}
	account := &accountDraft{Account: &Account{RateLimit: 10, Concurrency: 4, Timeout: 10 * time.Second}, at: at}
	if _, ok := p.entries(n, at); !ok {
		return nil
	}
	account.Name, account.nameNode = p.ownerName(n, &account.at)
	known := append(slices.Clone(accountKeys), httpClientKeys()...)
	keys, _ := p.object(n, account.at, known...)
	p.require(n, account.at, keys, "name", "url")
	account.dimensions = global
	if e, ok := keys["url"]; ok {
		account.URL = p.baseURL(e.value, e.at)
	}
	p.limits(account, keys)
	if e, ok := keys["counting"]; ok {
		account.walk = p.counting(e.value, e.at)
	}
	if e, ok := keys["dimensions"]; ok {
		account.own = e.value
		account.dimensions = p.dimensions(e.value, e.at).over(global)
	}
	account.HTTP = p.httpClient(n, account.at)
	return account
}

// ownerName returns the name of an account or a query, "" when there is none
// that can be used, with its node, and adds it to the place.
func (p *parser) ownerName(n *yaml.Node, at *place) (string, *yaml.Node) {
	all, _ := p.entries(n, *at)
	for _, e := range all {
		if e.name != "name" {
			continue
		}
		name, ok := p.text(e.value, e.at)
		if !ok {
			return "", nil
		}
		shown := name
		if written, expanded := p.written[e.value]; expanded {
			shown = written
		}
		at.owner += " (" + printable(shown) + ")"
		return name, e.value
	}
	return "", nil
}

// require reports the keys that a mapping lacks.
func (p *parser) require(n *yaml.Node, at place, keys map[string]entry, names ...string) {
	for _, name := range names {
		if _, ok := keys[name]; !ok {
			p.fail(n, at, "%s is missing", name)
		}
	}
}

// limits reads the account's numbers and durations.
func (p *parser) limits(account *accountDraft, keys map[string]entry) {
	if e, ok := keys["rate_limit"]; ok {
		rate, ok := p.number(e.value, e.at)
		if ok && rate < 0 {
			p.fail(e.value, e.at, "want requests a second, 0 for no limit, not %s", p.shown(e.value))
		}
		account.RateLimit = rate
	}
	if e, ok := keys["concurrency"]; ok {
		most, ok := p.number(e.value, e.at)
		if ok && (most < 1 || most > 1000 || most != float64(int(most))) {
			p.fail(e.value, e.at, "want a whole number from 1 to 1000, not %s", p.shown(e.value))
		}
		account.Concurrency = int(most)
	}
	if e, ok := keys["timeout"]; ok {
		timeout, ok := p.duration(e.value, e.at)
		if ok && timeout == 0 {
			p.fail(e.value, e.at, "want a duration above 0")
		}
		account.Timeout = timeout
	}
	if e, ok := keys["min_interval"]; ok {
		account.MinInterval, _ = p.duration(e.value, e.at)
	}
}

// counting tells whether pages are walked from the start.
func (p *parser) counting(n *yaml.Node, at place) bool {
	how, ok := p.text(n, at)
	if ok && how != "walk" && how != "probe" {
		p.fail(n, at, "want probe or walk, not %s", p.shown(n))
	}
	return how == "walk"
}

// baseURL reads the account's URL. It is never shown, for a URL that is not
// wanted may hold a password.
func (p *parser) baseURL(n *yaml.Node, at place) *url.URL {
	text, ok := p.text(n, at)
	if !ok {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		p.fail(n, at, "not a valid URL, want for example https://api-v7.express-chat.com")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		p.fail(n, at, "want a URL that begins with https:// or http:// and a host")
	case u.User != nil:
		p.fail(n, at, "the URL holds a user, use basic_auth")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		p.fail(n, at, "the URL has a query or a fragment, want the base that paths are appended to")
	}
	return u
}
