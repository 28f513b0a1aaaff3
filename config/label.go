package config

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Names that every Prometheus takes without quotes. Colons are for recording
// rules.
var (
	metricName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// reservedSuffixes are those that would make a query's gauge look like part of
// another metric.
var reservedSuffixes = []string{"_total", "_count", "_sum", "_bucket", "_oldest_seconds"}

// labelName reports a name that no label of a query may have.
func (p *parser) labelName(n *yaml.Node, at place, name string) {
	switch {
	case !labelName.MatchString(name):
		p.fail(n, at, "%q is not a label name, want letters, digits and _, the first no digit", name)
	case strings.HasPrefix(name, "__"):
		p.fail(n, at, "label names that begin with __ are reserved, not %q", name)
	case name == "account":
		p.fail(n, at, `the label "account" is the exporter's own`)
	}
}

// metricName reports a name that no query may have.
func (p *parser) metricName(n *yaml.Node, at place, name string) {
	if !metricName.MatchString(name) {
		p.fail(n, at, "%s is not a metric name, want letters, digits and _, the first no digit", p.shown(n))
		return
	}
	for _, suffix := range reservedSuffixes {
		if strings.HasSuffix(name, suffix) {
			p.fail(n, at, "the suffix %s is reserved, the metric is a gauge", suffix)
		}
	}
}
