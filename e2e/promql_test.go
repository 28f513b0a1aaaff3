package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

var promql = parser.NewParser(parser.Options{})

func parse(t *testing.T, expr string) parser.Expr {
	t.Helper()
	parsed, err := promql.ParseExpr(expr)
	if err != nil {
		t.Fatalf("%v in %s", err, expr)
	}
	return parsed
}

// choice has values for the variables of a dashboard, as Grafana interpolates them.
type choice map[string]string

// everything is All; some is two values of each variable, one of which the demo has.
var (
	everything = choice{"$account": ".*", "$channel": ".*"}
	some       = choice{"$account": "(default|another)", "$channel": "(WEBSITE|EMAIL)"}
)

// substitute replaces the variables of a dashboard. The intervals are those for a scrape
// interval of a second.
func substitute(expr string, chosen choice) string {
	for name, value := range chosen {
		expr = strings.ReplaceAll(expr, name, value)
	}
	return strings.NewReplacer("$__rate_interval", "10s", "$__range", "30s").Replace(expr)
}

// expression is an expression of a dashboard or a rule.
type expression struct {
	where  string // unique, for messages
	text   string
	legend string
	query  bool // of a dashboard: it has variables, and must return data unchanged
	record string
}

// expressions returns all expressions of the dashboards and rules.
func expressions(t *testing.T) []expression {
	t.Helper()
	var all []expression
	for _, file := range dashboardFiles {
		for _, p := range loadDashboard(t, file).Panels {
			for _, q := range p.Targets {
				where := fmt.Sprintf("%s: %s, %s", filepath.Base(file), p.Title, q.RefID)
				all = append(all, expression{where: where, text: q.Expr, legend: q.LegendFormat, query: true})
			}
		}
	}
	for _, file := range ruleFiles {
		for _, rule := range rules(t, file) {
			where := fmt.Sprintf("%s: %s%s", filepath.Base(file), rule.Record, rule.Alert)
			if severity := rule.Labels["severity"]; severity != "" {
				where += ", " + severity
			}
			all = append(all, expression{where: where, text: rule.Expr, record: rule.Record})
		}
	}
	return all
}

// shorten sets every offset of an expression to a few seconds, and reports whether there
// was one.
func shorten(expr parser.Expr) bool {
	found := false
	for _, selector := range selectors(expr) {
		if selector.OriginalOffset != 0 {
			selector.OriginalOffset, found = 2*time.Second, true
		}
	}
	return found
}

// proofs returns expressions that return data if the alert can fire: both sides of `or`
// and `unless` separately, with comparisons that return 0 or 1 instead of filtering.
func proofs(expr parser.Expr) []parser.Expr {
	switch e := expr.(type) {
	case *parser.ParenExpr:
		return proofs(e.Expr)
	case *parser.BinaryExpr:
		if e.Op == parser.LOR || e.Op == parser.LUNLESS {
			return append(proofs(e.LHS), proofs(e.RHS)...)
		}
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if binary, ok := node.(*parser.BinaryExpr); ok && binary.Op.IsComparisonOperator() {
			binary.ReturnBool = true
		}
		return nil
	})
	return []parser.Expr{expr}
}
