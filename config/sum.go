package config

import "github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"

// Sum is the sum of a numeric field over the contacts of a query.
type Sum struct {
	// Name follows the query's name in that of the metric.
	Name string
	// Field is the dotted path of the field in the contact record.
	Field string
}

// sums reads the key sum of a query.
func sums(v strictyaml.Value, query string) []Sum {
	entries, ok := v.Entries()
	if ok && len(entries) == 0 {
		v.Errorf("has no sums, give one or remove the key")
	}
	var all []Sum
	for _, e := range entries {
		if checkNameCharacters(e.Key, e.Name) {
			checkSuffix(e.Key, query+"_"+e.Name)
		}
		all = append(all, Sum{Name: e.Name, Field: fieldPath(e.Value)})
	}
	return all
}
