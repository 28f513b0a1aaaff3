package config

import (
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// TokenVariable is the environment variable that holds the token of the built-in
// configuration.
const TokenVariable = "BOTPENGUIN_TOKEN"

// writtenSecrets are the keys of an account whose values may be secret, those of what
// authorizes requests first.
var writtenSecrets = []string{
	"credentials", "bearer_token", "password", "client_secret", "client_certificate_key", "key", "secrets",
	"values", "proxy_connect_header", "endpoint_params", "claims",
}

// writtenURLs are the keys of URLs that may have a secret in them, and the variables that
// stand for those that do.
var writtenURLs = map[string]string{"proxy_url": "BOTPENGUIN_PROXY_URL", "token_url": "BOTPENGUIN_TOKEN_URL"}

// Written returns the account as the file has it, with its variables, as a YAML mapping in
// the order of config.example.yml. Instead of a secret it has a variable, and a comment:
// BOTPENGUIN_TOKEN for the first, BOTPENGUIN_TOKEN_2 for the second. The dimensions without
// are left out.
func (a *Account) Written(without ...string) []byte {
	account := a.at.Written()
	account.Style = 0
	h := &secretHider{}
	if u := entryOf(account, "url"); u != nil && longSegment.MatchString(u.Value) {
		h.replace(foundSecret{node: u}, "BOTPENGUIN_URL")
	}
	for i := 0; i+1 < len(account.Content); i += 2 {
		if key := account.Content[i].Value; key != "dimensions" {
			h.find(key, account.Content[i+1], nil)
		}
	}
	h.hide()
	sortKeys(account)
	dropDimensions(account, without)
	out, _ := yaml.Dump(account, yaml.WithIndent(2), yaml.WithLineWidth(-1)) // plain nodes can always be written
	return out
}

// longSegment matches a URL with a segment in its path that may be a secret: what package
// transport takes for one.
var longSegment = regexp.MustCompile(`://[^/$]+/(.*/)?[^/$]{16,}(/|$)`)

// entryOf returns the value of a key of a mapping, or nil.
func entryOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// secretHider replaces the secrets of an account by variables.
type secretHider struct {
	found []foundSecret
}

// foundSecret is a value that is secret.
type foundSecret struct {
	key    string
	node   *yaml.Node
	around []*yaml.Node // mappings and lists
}

// find finds the secrets in the value of a key.
func (h *secretHider) find(key string, n *yaml.Node, around []*yaml.Node) {
	if slices.Contains(writtenSecrets, key) {
		h.findLeaves(key, n, around)
		return
	}
	if variable := writtenURLs[key]; variable != "" && hideInURL(n.Value) != n.Value {
		h.replace(foundSecret{key: key, node: n, around: around}, variable)
	}
	around = append(slices.Clone(around), n)
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			h.find(key, child, around)
		case i%2 == 1:
			h.find(n.Content[i-1].Value, child, around)
		}
	}
}

// findLeaves finds every value of a tree.
func (h *secretHider) findLeaves(key string, n *yaml.Node, around []*yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		h.found = append(h.found, foundSecret{key: key, node: n, around: around})
	}
	around = append(slices.Clone(around), n)
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			h.findLeaves(key, child, around)
		}
	}
}

var (
	// onlyVariables matches a value with nothing of its own.
	onlyVariables = regexp.MustCompile(`^(\$\{\w+(:-)?\})+$`)
	// withDefault matches a variable with a default, which is in the file.
	withDefault = regexp.MustCompile(`^\$\{(\w+):-[^}]+\}$`)
)

// hide replaces the secrets that are in the file.
func (h *secretHider) hide() {
	slices.SortStableFunc(h.found, func(a, b foundSecret) int {
		return slices.Index(writtenSecrets, a.key) - slices.Index(writtenSecrets, b.key)
	})
	literals := 0
	for _, s := range h.found {
		if onlyVariables.MatchString(s.node.Value) {
			continue
		}
		if named := withDefault.FindStringSubmatch(s.node.Value); named != nil {
			h.replace(s, named[1])
			continue
		}
		literals++
		variable := TokenVariable
		if literals > 1 {
			variable += "_" + strconv.Itoa(literals)
		}
		h.replace(s, variable)
	}
}

// replace replaces a secret by a variable. There can be no comment within braces or
// brackets.
func (h *secretHider) replace(s foundSecret, variable string) {
	for _, n := range s.around {
		n.Style = 0
	}
	*s.node = yaml.Node{
		Kind: yaml.ScalarNode, Tag: "!!str", Value: "${" + variable + "}",
		LineComment: "# a secret in the configuration before; set the variable",
	}
}

// sortKeys puts an account's keys in the order of config.example.yml.
func sortKeys(account *yaml.Node) {
	type pair struct{ key, value *yaml.Node }
	var pairs []pair
	for i := 0; i+1 < len(account.Content); i += 2 {
		pairs = append(pairs, pair{account.Content[i], account.Content[i+1]})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return writtenRank(a.key.Value) - writtenRank(b.key.Value) })
	account.Content = account.Content[:0]
	for _, p := range pairs {
		account.Content = append(account.Content, p.key, p.value)
	}
}

// writtenRank is the place of a key: name and URL, those of the HTTP client, and the rest.
func writtenRank(key string) int {
	const http = 2
	i := slices.Index(accountKeys, key)
	if i < 0 {
		return http
	}
	if i >= http {
		i++
	}
	return i
}

// dropDimensions removes some of the account's dimensions, and the key if none is left.
func dropDimensions(account *yaml.Node, names []string) {
	for i := 0; i+1 < len(account.Content); i += 2 {
		if account.Content[i].Value != "dimensions" {
			continue
		}
		own := account.Content[i+1]
		for j := len(own.Content) - 2; j >= 0; j -= 2 {
			if slices.Contains(names, own.Content[j].Value) {
				own.Content = slices.Delete(own.Content, j, j+2)
			}
		}
		if len(own.Content) == 0 {
			account.Content = slices.Delete(account.Content, i, i+2)
		}
		return
	}
}
