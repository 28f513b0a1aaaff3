package strictyaml

import "go.yaml.in/yaml/v4"

// Written returns the value as a tree of plain YAML nodes that is the caller's to change.
// Variables are as the file has them; aliases and merge keys are followed. Written out,
// [Parse] reads it as the same value.
func (v Value) Written() *yaml.Node {
	return v.doc.written(v.node)
}

func (d *Document) written(n *yaml.Node) *yaml.Node {
	c := *n
	c.Line, c.Column = 0, 0
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = d.written(child)
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			c.Content[i].Value = child.Value // keys are not expanded
		}
	}
	if n.Kind != yaml.ScalarNode {
		return &c
	}
	if source, variables := d.sources[n]; variables {
		c.Tag, c.Value = stringTag, source
	} else {
		c.Value = EscapeDollars(n.Value)
	}
	if n.Tag == nullTag && n.Value == "" {
		c.Value = "null" // which would be written as ""
	}
	return &c
}
