package config

import (
	"maps"
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

// dimensions are those of the configuration, or of an account, which then has those of
// the configuration as base.
type dimensions struct {
	own  map[string]dimension
	base *dimensions // nil for none
}

// dimensions reads the dimensions of the configuration or of an account.
func (r *reader) dimensions(v strictyaml.Value) dimensions {
	entries, _ := v.Entries()
	all := dimensions{own: make(map[string]dimension, len(entries))}
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
		all.own[d.name] = d
	}
	return all
}

// over returns ds and those of the base that ds does not replace.
func (ds dimensions) over(base dimensions) dimensions {
	ds.base = &base
	return ds
}

// find returns the dimension of that name.
func (ds dimensions) find(name string) (dimension, bool) {
	d, ok := ds.own[name]
	if !ok && ds.base != nil {
		return ds.base.find(name)
	}
	return d, ok
}

// names returns the names of the dimensions, sorted.
func (ds dimensions) names() []string {
	all := make(map[string]dimension)
	if ds.base != nil {
		maps.Copy(all, ds.base.own)
	}
	maps.Copy(all, ds.own)
	return slices.Sorted(maps.Keys(all))
}
