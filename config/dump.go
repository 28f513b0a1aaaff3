package config

import (
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// dump writes the configuration in force as YAML that can be read again: the accounts
// as they were understood, with defaults, and the dimensions and queries as they are in
// the file. It has one rule for what it shows:
//
//   - A value with a variable is as the file has it, so no value of the environment is
//     ever shown.
//   - What may be secret is hidden, whether it has variables or not: the secrets of the
//     HTTP client, values of headers, parameters and claims of OAuth2, in URLs the user,
//     the query and long segments of the path, and fields under extra whose names say
//     so. Of those fields only what is nothing but a variable is shown, as ${NAME}.
func dump(zone *time.Location, accounts []*accountDraft, top strictyaml.Mapping) []byte {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, account := range accounts {
		list.Content = append(list.Content, dumpAccount(account))
	}
	root := mappingOf("timezone", orWritten(top, "timezone", textOf(zone.String())), "accounts", list)
	for _, key := range []string{"dimensions", "queries"} {
		if v, ok := top.Get(key); ok {
			root.Content = append(root.Content, textOf(key), dumpFilters(v))
		}
	}
	return strictyaml.Marshal(root)
}

// dumpAccount returns an account without its secrets.
func dumpAccount(a *accountDraft) *yaml.Node {
	counting := "probe"
	if a.walk {
		counting = "walk"
	}
	url := orWritten(a.keys, "url", textOf(a.URL.String()))
	url.Value = hideInURL(url.Value)
	account := mappingOf("name", orWritten(a.keys, "name", textOf(a.Name)), "url", url)
	account.Content = append(account.Content, dumpHTTP(a.HTTP, a.at).Content...)
	account.Content = append(account.Content, mappingOf(
		"rate_limit", orWritten(a.keys, "rate_limit", numberOf(a.RateLimit)),
		"concurrency", orWritten(a.keys, "concurrency", numberOf(float64(a.Concurrency))),
		"timeout", orWritten(a.keys, "timeout", textOf(model.Duration(a.Timeout).String())),
		"min_interval", orWritten(a.keys, "min_interval", textOf(model.Duration(a.MinInterval).String())),
		"counting", orWritten(a.keys, "counting", textOf(counting)),
	).Content...)
	if own, ok := a.keys.Get("dimensions"); ok {
		account.Content = append(account.Content, textOf("dimensions"), dumpFilters(own))
	}
	return account
}

// orWritten returns the value of a key as the file has it if there are variables in it,
// else the node.
func orWritten(keys strictyaml.Mapping, key string, n *yaml.Node) *yaml.Node {
	if v, ok := keys.Get(key); ok {
		if _, variables := v.Source(); variables {
			return v.Written()
		}
	}
	return n
}

// textOf returns a string that has no variables.
func textOf(text string) *yaml.Node {
	return strictyaml.Escaped(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
}

func numberOf(number float64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(number, 'f', -1, 64)}
}

// mappingOf returns a mapping of keys and nodes, which alternate.
func mappingOf(pairs ...any) *yaml.Node {
	mapping := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, pair := range pairs {
		n, isNode := pair.(*yaml.Node)
		if !isNode {
			n = textOf(pair.(string))
		}
		mapping.Content = append(mapping.Content, n)
	}
	return mapping
}
