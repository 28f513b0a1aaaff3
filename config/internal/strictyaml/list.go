package strictyaml

import "go.yaml.in/yaml/v4"

// Items returns the items of a list, and whether v is a list.
func (v Value) Items() ([]Value, bool) {
	if !v.is(yaml.SequenceNode) {
		return nil, false
	}
	return v.items(), true
}

func (v Value) items() []Value {
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = Value{doc: v.doc, node: n, path: v.path.item(i)}
	}
	return items
}

// Strings returns what read returns for each item of a list, and whether v is a
// list and all its items could be read.
func (v Value) Strings(read func(Value) (string, bool)) ([]string, bool) {
	items, ok := v.Items()
	texts := make([]string, len(items))
	for i, item := range items {
		text, valid := read(item)
		texts[i] = text
		ok = ok && valid
	}
	return texts, ok
}
