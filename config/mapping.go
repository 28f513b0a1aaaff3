package config

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// entry is a key of a mapping with its value.
type entry struct {
	name       string
	key, value *yaml.Node
	at         place // of the value
}

// entries returns the pairs of a mapping in their order, and whether n is a
// mapping.
func (p *parser) entries(n *yaml.Node, at place) ([]entry, bool) {
	if !p.is(n, at, yaml.MappingNode) {
		return nil, false
	}
	var all []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		all = append(all, entry{name: key.Value, key: key, value: n.Content[i+1], at: at.key(key.Value)})
	}
	return all, true
}

// object returns the entries of a mapping by name, and whether n is a mapping.
// Names that are not known are reported.
func (p *parser) object(n *yaml.Node, at place, known ...string) (map[string]entry, bool) {
	all, ok := p.entries(n, at)
	byName := make(map[string]entry, len(all))
	for _, e := range all {
		if !slices.Contains(known, e.name) {
			p.fail(e.key, at, "unknown key %q%s", e.name, hint(e.name, known))
			continue
		}
		byName[e.name] = e
	}
	return byName, ok
}

// items returns the items of a list, and whether n is a list.
func (p *parser) items(n *yaml.Node, at place) ([]*yaml.Node, bool) {
	if !p.is(n, at, yaml.SequenceNode) {
		return nil, false
	}
	return n.Content, true
}

// is reports a node that is not of the kind that is wanted.
func (p *parser) is(n *yaml.Node, at place, want yaml.Kind) bool {
	if p.broken[n] {
		p.skipped++
		return false
	}
	if n.Kind == want {
		return true
	}
	names := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}
	got := names[n.Kind]
	if n.Tag == nullTag {
		got = "nothing"
	}
	p.fail(n, at, "want %s, not %s", names[want], got)
	return false
}
