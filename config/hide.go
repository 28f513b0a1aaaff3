package config

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// hidden replaces a secret.
const hidden = "<secret>"

var (
	// secretKeys are the keys of an account's HTTP client whose values may be secret, those of
	// what authorizes requests first.
	secretKeys = []string{
		"credentials", "bearer_token", "password", "client_secret", "client_certificate_key", "key", "secrets",
		"values", "proxy_connect_header", "endpoint_params", "claims",
	}
	// urlKeys are those of URLs, parts of which may be secret.
	urlKeys = []string{"url", "proxy_url", "token_url"}
	// secretName matches the fields under extra whose values may be secret.
	secretName = regexp.MustCompile(`(?i)token|key|secret|passw|auth|credential`)
	// onlyVariables matches a value that has nothing of its own.
	onlyVariables = regexp.MustCompile(`^(\$\{\w+(:-)?\})+$`)
)

// foundSecret is a single value that may be secret.
type foundSecret struct {
	key    string // whose value it is, or is below
	node   *yaml.Node
	isURL  bool         // with parts that are secret
	extra  bool         // a field under extra
	around []*yaml.Node // the mappings and lists that it is in
}

// hideSecrets hides what may be secret in a configuration that is shown. Of the fields
// under extra, variables are shown by their names.
func hideSecrets(found []foundSecret) {
	for _, s := range found {
		switch {
		case s.isURL:
			s.node.Value = hideInURL(s.node.Value)
		case !s.extra || !onlyVariables.MatchString(s.node.Value):
			s.node.SetString(hidden)
		}
	}
}

// accountSecrets returns what may be secret in an account.
func accountSecrets(account *yaml.Node) []foundSecret {
	f := &secretFinder{}
	f.below("", account, func(key string, n *yaml.Node) {
		if key == "dimensions" {
			f.filters(key, n, false)
		} else {
			f.client(key, n)
		}
	})
	return f.found
}

// filterSecrets returns what may be secret in dimensions or queries.
func filterSecrets(n *yaml.Node) []foundSecret {
	f := &secretFinder{}
	f.filters("", n, false)
	return f.found
}

// secretFinder looks for what may be secret.
type secretFinder struct {
	found  []foundSecret
	around []*yaml.Node // where it looks
}

// client looks at the value of a key of an HTTP client.
func (f *secretFinder) client(key string, n *yaml.Node) {
	switch {
	case slices.Contains(secretKeys, key):
		f.leaves(foundSecret{key: key}, n)
	case slices.Contains(urlKeys, key) && hideInURL(n.Value) != n.Value:
		f.leaves(foundSecret{key: key, isURL: true}, n)
	default:
		f.below(key, n, f.client)
	}
}

// filters looks at the value of a key in dimensions or queries, which may be below a key
// extra.
func (f *secretFinder) filters(key string, n *yaml.Node, extra bool) {
	if extra && secretName.MatchString(key) {
		f.leaves(foundSecret{key: key, extra: true}, n)
		return
	}
	f.below(key, n, func(below string, child *yaml.Node) { f.filters(below, child, extra || key == "extra") })
}

// leaves adds every single value of a tree.
func (f *secretFinder) leaves(s foundSecret, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		s.node, s.around = n, slices.Clone(f.around)
		f.found = append(f.found, s)
	}
	f.below(s.key, n, func(_ string, child *yaml.Node) { f.leaves(s, child) })
}

// below visits the values of a mapping with their keys, or those of a list with its own
// key.
func (f *secretFinder) below(key string, n *yaml.Node, visit func(key string, child *yaml.Node)) {
	f.around = append(f.around, n)
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			visit(key, child)
		case i%2 == 1:
			visit(n.Content[i-1].Value, child)
		}
	}
	f.around = f.around[:len(f.around)-1]
}
