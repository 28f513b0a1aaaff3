package config

import (
	"regexp"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// validName matches the names of metrics and labels that every Prometheus takes
// without quotes. Colons are for recording rules.
var validName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// reservedSuffixes would make a query's gauge look like part of another metric.
var reservedSuffixes = []string{"_total", "_count", "_sum", "_bucket", "_oldest_seconds"}

// checkLabelName reports a key that cannot be the name of a query's label.
func checkLabelName(key strictyaml.Value, name string) {
	switch {
	case !validName.MatchString(name):
		key.Errorf("%q is not a valid label name, want letters, digits and _, and no digit first", name)
	case strings.HasPrefix(name, "__"):
		key.Errorf("%q is not a valid label name, names that begin with __ are reserved", name)
	case name == "account":
		key.Errorf(`the label "account" is reserved for the exporter`)
	}
}

// checkMetricName reports a name that a query cannot have.
func checkMetricName(v strictyaml.Value, name string) {
	if !validName.MatchString(name) {
		v.Errorf("%s is not a valid metric name, want letters, digits and _, and no digit first", v.Quoted())
		return
	}
	if strings.HasPrefix(name, "botpenguin_") {
		v.Errorf("the prefix botpenguin_ is reserved, the metric is called botpenguin_inbox_ and the name")
	}
	for _, suffix := range reservedSuffixes {
		if strings.HasSuffix(name, suffix) {
			v.Errorf("the suffix %s is reserved, the metric is a gauge", suffix)
		}
	}
}

// section returns an account or a query as a section that is called by its name.
func section(v strictyaml.Value) strictyaml.Value {
	v = v.Section("")
	name, ok := v.Lookup("name")
	if !ok {
		return v
	}
	if _, ok := name.NonEmptyText(); !ok {
		return v
	}
	shown, _ := name.Source()
	return v.Section(shown)
}

// takenNames are the accounts or the queries that have a name.
type takenNames map[string]strictyaml.Value

// add adds an account or a query, and reports its name if it is used already.
func (taken takenNames) add(name string, owner strictyaml.Value, keys strictyaml.Mapping) {
	if name == "" {
		return // reported
	}
	if first, ok := taken[name]; ok {
		v, _ := keys.Get("name")
		v.Errorf("already used by %s, names must be unique", first.Path())
		return
	}
	taken[name] = owner
}

// labelNames collects the names of a query's labels, which must differ.
type labelNames struct {
	names []string
	key   map[string]string // by, group_by or labels, by the name of the label
}

// add adds the label that key defines. If there is one already, it reports that and
// returns false.
func (l *labelNames) add(v strictyaml.Value, name, key string) bool {
	if other, taken := l.key[name]; taken {
		v.Errorf("the label %s is already defined by %q", v.Quoted(), other)
		return false
	}
	l.key[name] = key
	l.names = append(l.names, name)
	return true
}
