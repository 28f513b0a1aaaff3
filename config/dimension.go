package config

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// dimension is a label, each of whose values is a piece of filter.
type dimension struct {
	name   string
	values []dimensionValue
}

type dimensionValue struct {
	label  string
	filter filter.Filter
}

// dimensions are in the order of the configuration, their names unique.
type dimensions []dimension

// dimensions reads the dimensions of the configuration or of an account.
func (p *parser) dimensions(n *yaml.Node, at place) dimensions {
	all, _ := p.entries(n, at)
	var read dimensions
	for _, e := range all {
		p.labelName(e.key, at, e.name)
		values, ok := p.entries(e.value, e.at)
		if ok && len(values) == 0 {
			p.fail(e.value, e.at, "the dimension has no values, want at least one")
		}
		d := dimension{name: e.name}
		for _, value := range values {
			if value.name == "" {
				p.fail(value.key, e.at, "a value of a dimension cannot be empty")
			}
			d.values = append(d.values, dimensionValue{label: value.name, filter: p.filter(value.value, value.at)})
		}
		read = append(read, d)
	}
	return read
}

// over returns ds and those of the base that ds does not replace.
func (ds dimensions) over(base dimensions) dimensions {
	merged := slices.Clone(ds)
	for _, d := range base {
		if _, replaced := ds.find(d.name); !replaced {
			merged = append(merged, d)
		}
	}
	return merged
}

// find returns the dimension of that name.
func (ds dimensions) find(name string) (dimension, bool) {
	i := slices.IndexFunc(ds, func(d dimension) bool { return d.name == name })
	if i < 0 {
		return dimension{}, false
	}
	return ds[i], true
}

// names returns the names of the dimensions.
func (ds dimensions) names() []string {
	var names []string
	for _, d := range ds {
		names = append(names, d.name)
	}
	return names
}
