package config

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// maxCombinations is how many series the values of a query's groups may promise
// from the start. It is also how many groups a count may find.
const maxCombinations = 100

var groupKeys = []string{"field", "values"}

// groups reads group_by: for each label the path of a field, or a mapping of
// the field and the values that are there from the start.
func groups(v strictyaml.Value, labels *labelNames) []Group {
	entries, ok := v.Entries()
	if ok && len(entries) == 0 {
		v.Errorf("has no labels, give one or remove the key")
	}
	var all []Group
	combinations := 1
	for _, e := range entries {
		checkLabelName(e.Key, e.Name)
		labels.add(e.Key, e.Name, "group_by")
		group := readGroup(e.Name, e.Value)
		all = append(all, group)
		combinations *= max(1, min(len(group.Values), maxCombinations+1))
		if combinations > maxCombinations {
			v.Errorf("the values have more than %d combinations", maxCombinations)
			combinations = 1
		}
	}
	return all
}

// readGroup reads the field and the values of one label.
func readGroup(label string, v strictyaml.Value) Group {
	group := Group{Label: label}
	if !v.IsMapping() {
		group.Field = fieldPath(v)
		return group
	}
	keys, _ := v.Mapping(groupKeys...)
	keys.Require("field")
	if v, ok := keys.Get("field"); ok {
		group.Field = fieldPath(v)
	}
	v, ok := keys.Get("values")
	if !ok {
		return group
	}
	group.Values, _ = v.Strings(strictyaml.Value.NonEmptyText)
	items, _ := v.Items()
	seen := make(map[string]bool, len(items))
	for i, value := range group.Values {
		if value != "" && seen[value] {
			items[i].Errorf("the value %s is listed twice", items[i].Quoted())
		}
		seen[value] = true
	}
	return group
}
