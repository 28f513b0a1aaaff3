package config

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// withExtra returns a filter with the undocumented fields of its key extra, sent
// as JSON.
func withExtra(f filter.Filter, extra strictyaml.Value) filter.Filter {
	fields, _ := extra.Entries()
	for _, field := range fields {
		value, ok := field.Value.JSON()
		if !ok {
			continue
		}
		with, err := f.WithExtra(field.Name, value)
		if err != nil {
			field.Key.Errorf("%v", err)
		}
		f = with
	}
	return f
}

// extraNames returns the names under the key extra of a filter.
func extraNames(entries []strictyaml.Entry) []string {
	var names []string
	for _, e := range entries {
		if e.Name != "extra" || !e.Value.IsMapping() {
			continue
		}
		fields, _ := e.Value.Entries()
		for _, field := range fields {
			names = append(names, field.Name)
		}
	}
	return names
}
