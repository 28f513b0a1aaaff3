package command

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// rule is a rule of the shipped alerts.
type rule struct{ Record, Alert, Expr string }

// shippedRules reads the shipped alerts on the inbox.
func shippedRules(file []byte) ([]rule, error) {
	var rules struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(file, &rules); err != nil {
		return nil, fmt.Errorf("reading the shipped alerts: %w", err)
	}
	var all []rule
	for _, group := range rules.Groups {
		all = append(all, group.Rules...)
	}
	return all, nil
}

// metricName matches the metrics of queries, and the recorded series, in an expression.
var metricName = regexp.MustCompile(`[a-z_0-9:]*botpenguin_inbox_[a-z_0-9:]+`)

// histogramSeries are the endings of a classic histogram's series.
var histogramSeries = regexp.MustCompile(`_(bucket|count|sum)$`)

// needs returns the metrics of queries that an expression needs, those of the recorded
// series in it included.
func needs(expr string, rules []rule) []string {
	var all []string
	for _, name := range metricName.FindAllString(expr, -1) {
		if !strings.Contains(name, ":") {
			all = append(all, histogramSeries.ReplaceAllString(name, ""))
			continue
		}
		for _, r := range rules {
			if r.Record == name {
				all = append(all, needs(r.Expr, rules)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// printAlertData prints which of the shipped alerts an account has the metrics for.
func printAlertData(out io.Writer, account *config.Account, rules []rule) {
	has := make(map[string]bool)
	for _, q := range account.Queries {
		has[collector.MetricName(q)] = true
		for _, added := range collector.AddedMetrics(q) {
			has[added.Name] = true
		}
	}
	var with, without []string
	for _, r := range rules {
		if r.Alert == "" || slices.Contains(with, r.Alert) {
			continue
		}
		lacking := slices.DeleteFunc(needs(r.Expr, rules), func(name string) bool { return has[name] })
		if len(lacking) == 0 {
			with = append(with, r.Alert)
		} else if line := r.Alert + " needs " + strings.Join(lacking, ", "); !slices.Contains(without, line) {
			without = append(without, line)
		}
	}
	if len(with) > 0 {
		fmt.Fprintf(out, "  shipped alerts with data: %s\n", strings.Join(with, ", "))
	}
	for _, line := range without {
		fmt.Fprintf(out, "  shipped alert without data: %s\n", line)
	}
	fmt.Fprintln(out)
}
