package config

import (
	"bytes"
	"slices"
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
	out := strictyaml.Marshal(mappingOf("timezone", orWritten(top, "timezone", textOf(zone.String()))))
	out = append(out, "accounts:\n"...)
	for some := range slices.Chunk(accounts, dumpedAtOnce) {
		out = append(out, strictyaml.Marshal(listOf(some, dumpAccount))...)
	}
	if v, ok := top.Get("dimensions"); ok {
		out = append(out, dumpDimensions(v)...)
	}
	out = append(out, "queries:\n"...)
	queries, _ := top.Get("queries")
	items, _ := queries.Items()
	for some := range slices.Chunk(items, dumpedAtOnce) {
		out = append(out, strictyaml.Marshal(listOf(some, dumpQuery))...)
	}
	return out
}

// dumpedAtOnce is how many items are marshaled at once: the YAML library needs much
// memory for each, until it is done.
const dumpedAtOnce = 100

// dumpDimensions returns the key dimensions.
func dumpDimensions(v strictyaml.Value) []byte {
	const key = "dimensions"
	entries, _ := v.Entries()
	if len(entries) == 0 {
		return strictyaml.Marshal(mappingOf(key, v.Written()))
	}
	out := []byte(key + ":\n")
	for some := range slices.Chunk(entries, dumpedAtOnce) {
		part := mappingOf()
		for _, e := range some {
			part.Content = append(part.Content, textOf(e.Name), e.Value.Written())
		}
		hideSecrets(filterSecrets(part))
		out = append(out, bytes.TrimPrefix(strictyaml.Marshal(mappingOf(key, part)), []byte(key+":\n"))...)
	}
	return out
}

// dumpAccount returns an account without its secrets.
func dumpAccount(a *accountDraft) *yaml.Node {
	counting := "probe"
	if a.walk {
		counting = "walk"
	}
	account := mappingOf("name", orWritten(a.keys, "name", textOf(a.Name)), "url", orWritten(a.keys, "url", textOf(a.URL.String())))
	account.Content = append(account.Content, dumpHTTP(a.HTTP, a.at).Content...)
	account.Content = append(account.Content, mappingOf(
		"rate_limit", orWritten(a.keys, "rate_limit", numberOf(a.RateLimit)),
		"concurrency", orWritten(a.keys, "concurrency", numberOf(float64(a.Concurrency))),
		"timeout", orWritten(a.keys, "timeout", textOf(model.Duration(a.Timeout).String())),
		"min_interval", orWritten(a.keys, "min_interval", textOf(model.Duration(a.MinInterval).String())),
		"counting", orWritten(a.keys, "counting", textOf(counting)),
		"verify", orWritten(a.keys, "verify", textOf(string(a.verify))),
	).Content...)
	if own, ok := a.keys.Get("dimensions"); ok {
		account.Content = append(account.Content, textOf("dimensions"), own.Written())
	}
	hideSecrets(accountSecrets(account))
	return account
}

// dumpQuery returns a query as the file has it, without its secrets.
func dumpQuery(v strictyaml.Value) *yaml.Node {
	n := v.Written()
	hideSecrets(filterSecrets(n))
	return n
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

// listOf returns a list of nodes made from items.
func listOf[T any](items []T, node func(T) *yaml.Node) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, item := range items {
		list.Content = append(list.Content, node(item))
	}
	return list
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
