package filter

import "slices"

// Names returns the names of the fields that are set: the documented ones in the
// documentation's order, then the extra ones. It leaves applicableFilters out, which is
// no condition.
func (f Filter) Names() []string {
	var names []string
	for _, field := range documented {
		if _, set := f.fields[field.Name]; set && field.Name != applicableName {
			names = append(names, field.Name)
		}
	}
	for _, e := range f.extra {
		names = append(names, e.name)
	}
	return names
}

// Only returns the filter that sets no other field than this one of f.
func (f Filter) Only(name string) Filter {
	var only Filter
	if value, set := f.fields[name]; set {
		only.fields = map[string]any{name: value}
	}
	for _, e := range f.extra {
		if e.name == name {
			only.extra = []extraField{e}
		}
	}
	return only
}

// Value returns what [Filter.With] was given for a documented field, or nil if the field
// is not set.
func (f Filter) Value(name string) any {
	if list, ok := f.fields[name].([]string); ok {
		return slices.Clone(list)
	}
	return f.fields[name]
}

// Lists reports whether the request body names the field in its applicableFilters.
func (f Filter) Lists(name string) bool { return slices.Contains(f.applicable(), name) }
