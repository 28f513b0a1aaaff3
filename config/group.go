package config

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// maxCombinations is how many series a query's groups may promise from the
// start; it is also how many groups a count may find.
const maxCombinations = 100

// groups reads group_by: for each label the path of a field, or a mapping of
// the field and the values that are there from the start.
func (p *parser) groups(e entry, claim func(n *yaml.Node, at place, name, source string)) []Group {
	all, ok := p.entries(e.value, e.at)
	if ok && len(all) == 0 {
		p.fail(e.value, e.at, "names no label, remove the key or give one")
	}
	var groups []Group
	combinations := 1
	for _, label := range all {
		p.labelName(label.key, e.at, label.name)
		claim(label.key, e.at, label.name, "group_by")
		group := p.group(label)
		groups = append(groups, group)
		combinations *= max(1, min(len(group.Values), maxCombinations+1))
		if combinations > maxCombinations {
			p.fail(e.value, e.at, "the values have more than %d combinations", maxCombinations)
			combinations = 1
		}
	}
	return groups
}

// group reads the field and the values of one label.
func (p *parser) group(label entry) Group {
	group := Group{Label: label.name}
	if label.value.Kind != yaml.MappingNode {
		group.Field = p.path(label.value, label.at)
		return group
	}
	keys, _ := p.object(label.value, label.at, "field", "values")
	p.require(label.value, label.at, keys, "field")
	if e, ok := keys["field"]; ok {
		group.Field = p.path(e.value, e.at)
	}
	e, ok := keys["values"]
	if !ok {
		return group
	}
	group.Values, _ = p.texts(e.value, e.at, p.string)
	for i, value := range group.Values {
		if value != "" && slices.Contains(group.Values[:i], value) {
			item := e.value.Content[i]
			p.fail(item, e.at.item(i), "the value %s is listed twice", p.shown(item))
		}
	}
	return group
}
