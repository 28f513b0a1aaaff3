package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"
)

// dump writes the configuration in force as YAML that could be read again:
// the accounts from what was understood of them, defaults included, the
// dimensions and queries as they stand, variables expanded.
func dump(zone *time.Location, accounts []*accountDraft, top map[string]entry) []byte {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, account := range accounts {
		list.Content = append(list.Content, account.dump())
	}
	root := mappingOf("timezone", textOf(zone.String()), "accounts", list)
	for _, name := range []string{"dimensions", "queries"} {
		if e, ok := top[name]; ok {
			root.Content = append(root.Content, textOf(name), e.value)
		}
	}
	escapeDollars(root)
	out, _ := yaml.Dump(root, yaml.WithIndent(2), yaml.WithLineWidth(-1)) // plain data always encodes
	return out
}

// dump returns an account without its secrets.
func (a *accountDraft) dump() *yaml.Node {
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
	).Content...)
	if a.own != nil {
		account.Content = append(account.Content, textOf("dimensions"), a.own)
	}
	return account
}

func textOf(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: textTag, Value: text}
}

func numberOf(number float64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(number, 'f', -1, 64)}
}

// mappingOf returns a mapping of names and nodes, which alternate.
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

// escapeDollars doubles the dollars that would begin a variable.
func escapeDollars(n *yaml.Node) {
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			escapeDollars(child)
		}
	}
	if n.Kind != yaml.ScalarNode || !strings.Contains(n.Value, "$") {
		return
	}
	var out strings.Builder
	for i, c := range []byte(n.Value) {
		out.WriteByte(c)
		if c == '$' && i+1 < len(n.Value) && strings.IndexByte("${", n.Value[i+1]) >= 0 {
			out.WriteByte('$')
		}
	}
	n.Value = out.String()
}
