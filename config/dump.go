package config

import (
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// dump writes the configuration in force as YAML that can be read again: the
// accounts as they were understood, with defaults and without secrets, and the
// dimensions and queries as they are in the file, with variables expanded.
func dump(zone *time.Location, accounts []*accountDraft, top strictyaml.Mapping) []byte {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, account := range accounts {
		list.Content = append(list.Content, dumpAccount(account))
	}
	root := mappingOf("timezone", textOf(zone.String()), "accounts", list)
	for _, key := range []string{"dimensions", "queries"} {
		if v, ok := top.Get(key); ok {
			root.Content = append(root.Content, textOf(key), v.Node())
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
	account := mappingOf("name", textOf(a.Name), "url", textOf(a.URL.String()))
	account.Content = append(account.Content, dumpHTTP(a.HTTP).Content...)
	account.Content = append(account.Content, mappingOf(
		"rate_limit", numberOf(a.RateLimit),
		"concurrency", numberOf(float64(a.Concurrency)),
		"timeout", textOf(model.Duration(a.Timeout).String()),
		"min_interval", textOf(model.Duration(a.MinInterval).String()),
		"counting", textOf(counting),
		"verify", textOf(string(a.verify)),
	).Content...)
	if own, ok := a.keys.Get("dimensions"); ok {
		account.Content = append(account.Content, textOf("dimensions"), own.Node())
	}
	return account
}

func textOf(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
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
