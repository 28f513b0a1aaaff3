package command

import (
	"fmt"
	"maps"
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

// alertData is which of the shipped alerts on the inbox an account has the metrics for.
type alertData struct {
	With    []string            `json:"with_data"`
	Without map[string][]string `json:"without_data"` // the metrics that each lacks
}

// alertDataOf returns the alert data of an account.
func alertDataOf(account *config.Account, rules []rule) alertData {
	has := make(map[string]bool)
	for _, q := range account.Queries {
		has[collector.MetricName(q)] = true
		for _, added := range collector.AddedMetrics(q) {
			has[added.Name] = true
		}
	}
	data := alertData{With: []string{}, Without: make(map[string][]string)}
	for _, r := range rules {
		if r.Alert == "" || slices.Contains(data.With, r.Alert) {
			continue
		}
		lacking := slices.DeleteFunc(needs(r.Expr, rules), func(name string) bool { return has[name] })
		if len(lacking) == 0 {
			data.With = append(data.With, r.Alert)
		} else {
			data.Without[r.Alert] = lacking
		}
	}
	return data
}

// text says which alerts have data, and what the others lack.
func (d alertData) text() string {
	text := ""
	if len(d.With) > 0 {
		text = fmt.Sprintf("  shipped alerts with data: %s\n", strings.Join(d.With, ", "))
	}
	for _, alert := range slices.Sorted(maps.Keys(d.Without)) {
		text += fmt.Sprintf("  shipped alert without data: %s needs %s\n", alert, strings.Join(d.Without[alert], ", "))
	}
	return text
}
