package config

import (
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// dimension is a label and the partial filter of each of its values.
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
func (r *reader) dimensions(v strictyaml.Value) dimensions {
	entries, _ := v.Entries()
	var all dimensions
	for _, e := range entries {
		checkLabelName(e.Key, e.Name)
		values, ok := e.Value.Entries()
		if ok && len(values) == 0 {
			e.Value.Errorf("the dimension has no values, want at least one")
		}
		d := dimension{name: e.Name}
		for _, value := range values {
			if value.Name == "" {
				value.Key.Errorf("a value of a dimension cannot be empty")
			}
			d.values = append(d.values, dimensionValue{label: value.Name, filter: r.filter(value.Value)})
		}
		all = append(all, d)
	}
	return all
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
