package strictyaml

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Node returns the value as a tree of plain YAML nodes, which must not be
// changed.
func (v Value) Node() *yaml.Node {
	return v.node
}

// Marshal writes a tree of plain YAML nodes so that [Parse] returns the same
// data, whatever the environment: dollars that would begin a variable are
// doubled.
func Marshal(root *yaml.Node) []byte {
	out, _ := yaml.Dump(escaped(root), yaml.WithIndent(2), yaml.WithLineWidth(-1)) // plain nodes can always be written
	return out
}

// escaped returns a copy of the tree below n in which a dollar stands for
// itself. Keys are not expanded and stay as they are.
func escaped(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			c.Content[i] = child
		} else {
			c.Content[i] = escaped(child)
		}
	}
	if n.Kind == yaml.ScalarNode {
		c.Value = EscapeDollars(n.Value)
	}
	if n.Tag == nullTag && n.Value == "" {
		c.Value = "null" // which would be written as ""
	}
	return &c
}

// EscapeDollars doubles the dollars of a text that would otherwise begin a variable or
// stand for one dollar.
func EscapeDollars(text string) string {
	var out strings.Builder
	for i, c := range []byte(text) {
		out.WriteByte(c)
		if c == '$' && i+1 < len(text) && strings.IndexByte("${", text[i+1]) >= 0 {
			out.WriteByte('$')
		}
	}
	return out.String()
}
