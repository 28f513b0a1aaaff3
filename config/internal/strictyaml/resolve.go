package strictyaml

import "go.yaml.in/yaml/v4"

// Tags of YAML's own types.
const (
	nullTag   = "!!null"
	boolTag   = "!!bool"
	intTag    = "!!int"
	floatTag  = "!!float"
	stringTag = "!!str"
	timeTag   = "!!timestamp"
	listTag   = "!!seq"
	mapTag    = "!!map"
	mergeTag  = "!!merge"
)

// maxAliased bounds how many nodes the aliases of a file may copy.
const maxAliased = 50_000

// resolver turns the tree of a file into plain data.
type resolver struct {
	doc    *Document // whose file it is, and where errors are reported
	lines  []string  // of the file, to find variables in
	env    func(string) (string, bool)
	copied int // nodes copied for aliases

	located position // of the last node that was located
}

// resolve returns a copy of the tree below n that is plain data: aliases
// followed, merge keys applied, no key twice, environment variables expanded.
// Following has the anchored nodes whose aliases are being followed.
func (r *resolver) resolve(n *yaml.Node, following []*yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return r.resolveAlias(n, following)
	}
	if len(following) > 0 {
		r.copied++
	}
	c := &yaml.Node{
		Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style & yaml.FlowStyle,
		Line: max(n.Line, 1), Column: max(n.Column, 1),
	}
	switch n.Tag {
	case nullTag, boolTag, intTag, floatTag, stringTag, timeTag, mergeTag, listTag, mapTag:
	default: // the tag is not named, it may be a password that begins with "!"
		r.doc.fail(c, path{}, "YAML tags are not supported, quote a string that begins with !")
		r.doc.broken[c] = true
	}
	switch n.Kind {
	case yaml.MappingNode:
		r.resolveMapping(c, n, following)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			c.Content = append(c.Content, r.resolve(item, following))
		}
	default:
		r.expandScalar(c)
	}
	return c
}

// resolveAlias returns a copy of what an alias refers to.
func (r *resolver) resolveAlias(n *yaml.Node, following []*yaml.Node) *yaml.Node {
	broken := &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag, Line: n.Line, Column: n.Column}
	for _, target := range following {
		if target == n.Alias {
			r.doc.fail(n, path{}, "the alias *%s refers to a value that contains it", printable(n.Value))
			r.doc.broken[broken] = true
			return broken
		}
	}
	if r.copied > maxAliased {
		r.doc.broken[broken] = true
		return broken
	}
	c := r.resolve(n.Alias, append(following[:len(following):len(following)], n.Alias))
	if r.copied > maxAliased && len(following) == 0 {
		r.doc.fail(n, path{}, "the aliases of the file expand to more than %d values", maxAliased)
	}
	return c
}

// resolveMapping fills c with the pairs of n: its own, then those of its merge
// keys that it lacks.
func (r *resolver) resolveMapping(c, n *yaml.Node, following []*yaml.Node) {
	var merged []*yaml.Node
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := r.resolveKey(n.Content[i])
		if key == nil {
			continue
		}
		value := r.resolve(n.Content[i+1], following)
		if key.Tag == mergeTag {
			merged = append(merged, r.mergedPairs(value)...)
			continue
		}
		if first, duplicate := seen[key.Value]; duplicate {
			r.doc.fail(key, path{}, "duplicate key %q, the first is at line %d", key.Value, first.Line)
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

// resolveKey returns a mapping's key, or nil if it cannot be one. Keys are taken
// as they are written: no variables, and 1 is the string "1".
func (r *resolver) resolveKey(n *yaml.Node) *yaml.Node {
	at := n
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode || n.Tag == nullTag {
		r.doc.fail(at, path{}, "a key must be a string")
		return nil
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: stringTag, Value: n.Value, Line: at.Line, Column: at.Column}
	if n.Tag == mergeTag {
		key.Tag = mergeTag
	}
	return key
}

// mergedPairs returns the keys and values that the value of a merge key adds.
func (r *resolver) mergedPairs(value *yaml.Node) []*yaml.Node {
	switch {
	case r.doc.broken[value]:
	case value.Kind == yaml.MappingNode:
		return value.Content
	case value.Kind == yaml.SequenceNode:
		var pairs []*yaml.Node
		for _, item := range value.Content {
			pairs = append(pairs, r.mergedPairs(item)...)
		}
		return pairs
	default:
		r.doc.fail(value, path{}, "<< merges mappings, want an alias for one")
	}
	return nil
}
