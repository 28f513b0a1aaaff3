package config

import (
	"go.yaml.in/yaml/v4"
)

// Tags of YAML's own types.
const (
	nullTag  = "!!null"
	boolTag  = "!!bool"
	intTag   = "!!int"
	floatTag = "!!float"
	textTag  = "!!str"
	timeTag  = "!!timestamp"
	mergeTag = "!!merge"
)

// maxAliased bounds how many nodes the aliases of a file may copy.
const maxAliased = 50_000

// resolve returns a copy of the tree below n that is plain data: aliases
// followed, merge keys applied, no key twice, environment variables expanded.
// following are the anchored nodes whose aliases are being followed.
func (p *parser) resolve(n *yaml.Node, following []*yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return p.resolveAlias(n, following)
	}
	if len(following) > 0 {
		p.copied++
	}
	c := &yaml.Node{
		Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style & yaml.FlowStyle,
		Line: max(n.Line, 1), Column: max(n.Column, 1),
	}
	switch n.Tag {
	case nullTag, boolTag, intTag, floatTag, textTag, timeTag, mergeTag, "!!map", "!!seq":
	default: // the tag is not named, it may be a password that begins with "!"
		p.fail(c, place{}, "YAML tags are not supported, a text that begins with ! wants quotes")
		p.broken[c] = true
	}
	switch n.Kind {
	case yaml.MappingNode:
		p.resolveMapping(c, n, following)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			c.Content = append(c.Content, p.resolve(item, following))
		}
	default:
		p.expandScalar(c)
	}
	return c
}

// resolveAlias returns a copy of what an alias stands for.
func (p *parser) resolveAlias(n *yaml.Node, following []*yaml.Node) *yaml.Node {
	broken := &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag, Line: n.Line, Column: n.Column}
	for _, target := range following {
		if target == n.Alias {
			p.fail(n, place{}, "the alias *%s stands within what it stands for", printable(n.Value))
			p.broken[broken] = true
			return broken
		}
	}
	if p.copied > maxAliased {
		p.broken[broken] = true
		return broken
	}
	c := p.resolve(n.Alias, append(following[:len(following):len(following)], n.Alias))
	if p.copied > maxAliased && len(following) == 0 {
		p.fail(n, place{}, "the aliases of the file stand for more than %d values", maxAliased)
	}
	return c
}

// resolveMapping fills c with the pairs of n: its own, then those of its merge
// keys that it lacks.
func (p *parser) resolveMapping(c, n *yaml.Node, following []*yaml.Node) {
	var merged []*yaml.Node
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := p.resolveKey(n.Content[i])
		if key == nil {
			continue
		}
		value := p.resolve(n.Content[i+1], following)
		if key.Tag == mergeTag {
			merged = append(merged, p.mergedPairs(value)...)
			continue
		}
		if first, twice := seen[key.Value]; twice {
			p.fail(key, place{}, "duplicate key %q, the first is at line %d", key.Value, first.Line)
			continue
		}
		seen[key.Value] = key
		c.Content = append(c.Content, key, value)
	}
	for i := 0; i+1 < len(merged); i += 2 {
		if key := merged[i]; seen[key.Value] == nil {
			seen[key.Value] = key
			c.Content = append(c.Content, key, merged[i+1])
		}
	}
}

// resolveKey returns a mapping's key, nil when it cannot be one. Keys are taken
// as they are written: no variables, and 1 is the text "1".
func (p *parser) resolveKey(n *yaml.Node) *yaml.Node {
	at := n
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode || n.Tag == nullTag {
		p.fail(at, place{}, "a key must be a text")
		return nil
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: textTag, Value: n.Value, Line: at.Line, Column: at.Column}
	if n.Tag == mergeTag {
		key.Tag = mergeTag
	}
	return key
}

// mergedPairs returns the keys and values that the value of a merge key stands
// for.
func (p *parser) mergedPairs(value *yaml.Node) []*yaml.Node {
	switch {
	case p.broken[value]:
	case value.Kind == yaml.MappingNode:
		return value.Content
	case value.Kind == yaml.SequenceNode:
		var pairs []*yaml.Node
		for _, item := range value.Content {
			pairs = append(pairs, p.mergedPairs(item)...)
		}
		return pairs
	default:
		p.fail(value, place{}, "<< merges mappings, want an alias of one")
	}
	return nil
}
