package strictyaml

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Written returns the value as a tree of YAML nodes for [Marshal], in which scalars
// with variables are as the file has them: the tree shows the name of a variable and
// never its value.
func (v Value) Written() *yaml.Node {
	return written(v.node, v.doc.sources)
}

// Escaped returns a copy of a tree of plain nodes for [Marshal], in which dollars stand
// for themselves: those that would begin a variable are doubled.
func Escaped(root *yaml.Node) *yaml.Node {
	return written(root, nil)
}

// Marshal writes a tree of [Value.Written] and [Escaped] so that [Parse] returns the
// same data.
func Marshal(root *yaml.Node) []byte {
	out, _ := yaml.Dump(root, yaml.WithIndent(2), yaml.WithLineWidth(-1)) // such nodes can always be written
	return out
}

// written returns a copy of the tree below n as Parse reads it: scalars that have a
// source are that, others are escaped. Keys are not expanded and stay as they are.
func written(n *yaml.Node, sources map[*yaml.Node]string) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			c.Content[i] = child
		} else {
			c.Content[i] = written(child, sources)
		}
	}
	if source, variables := sources[n]; variables {
		c.Value = source
	} else if n.Kind == yaml.ScalarNode {
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
