package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// lookBack lists the expressions that look back too far to return data in a test, and how
// far they look back. They must return no data, and must return data with a short offset.
var lookBack = map[string]string{
	"inbox.json: Unanswered live chats, B":             "the same time a week before",
	"inbox.json: Unanswered live chats, D":             "the quarter of an hour an hour ago",
	"inbox.json: Compared with this hour last week, A": "the same hour a week before",
	"inbox.json: Compared with this hour last week, B": "the same hour a week before",
	"inbox.json: Compared with this hour last week, C": "the same hour a week before",
	"inbox.json: Compared with this hour last week, D": "the same hour a week before",
	"inbox.json: Live chats, against last week, B":     "the same time a week before",
	"inbox.json: Users online, against last week, B":   "the same time a week before",
	"inbox.json: Users online, against last week, C":   "the hour around this time a week before",
	"inbox.json: Change within an hour, A":             "the time an hour before",
	"inbox.yml: BotPenguinBacklogGrowing, warning":     "the quarter of an hour an hour ago",
	"inbox.yml: BotPenguinUsersOnlineDropped, warning": "the hour around this time a week before",
}

// inTrouble lists expressions that return data only while something is wrong, or while
// there is enough to judge. They are proven as alerts are.
var inTrouble = map[string]bool{
	"exporter.json: Queries that failed, A":         true,
	"inbox.json: Is somebody answering?, A":         true,
	"inbox.json: Share of the waiting, by agent, A": true,
}

// firing is an alert that fires at once, for the tables of alerts.
const firing = `
groups:
  - name: firing
    rules:
      - {alert: BotPenguinFiring, expr: botpenguin_up, labels: {severity: warning}}
`

// TestExpressionsReturnData evaluates all expressions of the dashboards and rules in a
// Prometheus that scrapes the demo and has loaded the rules.
func TestExpressionsReturnData(t *testing.T) {
	t.Parallel()
	prom := startMonitoring(t, "2s", []string{programtest.Start(t, exporter(t), nil, "demo").Address}, append(slices.Clone(ruleFiles), programtest.WriteFile(t, "firing.yml", firing)))
	prom.awaitValue(t, "count_over_time(botpenguin_up[1m])", func(scrapes float64) bool { return scrapes >= 5 })
	prom.awaitValue(t, "count(account:botpenguin_inbox_backlog:sum)", func(n float64) bool { return n == 1 })

	exceptions := maps.Clone(lookBack)
	var list []string
	for _, e := range expressions(t) {
		_, exception := exceptions[e.where]
		delete(exceptions, e.where)
		counts := prom.prove(t, e, exception)
		if exception {
			counts += " (with a short offset; " + lookBack[e.where] + ")"
		}
		list = append(list, fmt.Sprintf("%s series  %s", counts, e.where))
	}
	for where := range exceptions {
		t.Errorf("there is no expression %s", where)
	}
	t.Logf("%d expressions:\n%s", len(list), strings.Join(list, "\n"))
	prom.checkRules(t)
	t.Run("names", func(t *testing.T) { checkNames(t, prom) })
}

// prove evaluates an expression until it returns data, and returns the number of series.
// Alerts are evaluated in parts, see proofs.
func (p promServer) prove(t *testing.T, e expression, exception bool) string {
	t.Helper()
	if !e.query {
		var counts []string
		for _, proof := range proofs(parse(t, e.text)) {
			counts = append(counts, fmt.Sprint(p.data(t, e, proof, exception)))
		}
		return strings.Join(counts, "+")
	}
	parsed := func(chosen choice) parser.Expr {
		expr := parse(t, substitute(e.text, chosen))
		if e.rare {
			compareAlways(expr)
		}
		return expr
	}
	n := p.data(t, e, parsed(everything), exception)
	if chosen := p.data(t, e, parsed(some), exception); chosen > n {
		t.Errorf("%s: %d series for all, and %d for some", e.where, n, chosen)
	}
	return fmt.Sprint(n)
}

func (p promServer) data(t *testing.T, e expression, expr parser.Expr, exception bool) (series int) {
	t.Helper()
	if exception {
		if found := p.series(t, expr.String()); len(found) > 0 {
			t.Errorf("%s: listed in lookBack, but returns %d series", e.where, len(found))
		}
		if !shorten(expr) {
			t.Errorf("%s: listed in lookBack, but has no offset", e.where)
		}
	}
	var found []sample
	programtest.Eventually(t, func() error {
		found = slices.DeleteFunc(p.series(t, expr.String()), func(s sample) bool { return s.Value[1] == "NaN" })
		if len(found) == 0 {
			return fmt.Errorf("%s: no data from %s", e.where, expr)
		}
		return nil
	})
	for _, label := range regexp.MustCompile(`{{\s*(\w+)\s*}}`).FindAllStringSubmatch(e.legend, -1) {
		if found[0].Metric[label[1]] == "" {
			t.Errorf("%s: the legend is %s, but the labels are %v", e.where, e.legend, found[0].Metric)
		}
	}
	return len(found)
}

// checkNames requires that the metrics and labels in all expressions and variables exist
// in Prometheus.
func checkNames(t *testing.T, prom promServer) {
	known, everyLabel := prom.names(t), make(map[string]bool)
	for _, of := range known {
		maps.Copy(everyLabel, of)
	}
	for _, e := range expressions(t) {
		expr := parse(t, substitute(e.text, everything))
		for _, selector := range selectors(expr) {
			checkSelector(t, e.where, selector, known)
		}
		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			var named []string
			switch n := node.(type) {
			case *parser.AggregateExpr:
				named = n.Grouping
			case *parser.BinaryExpr:
				if n.VectorMatching != nil {
					named = n.VectorMatching.MatchingLabels
				}
			}
			for _, label := range named {
				if !everyLabel[label] {
					t.Errorf("%s: there is no label %s", e.where, label)
				}
			}
			return nil
		})
	}
	checkVariables(t, prom)
}

func checkSelector(t *testing.T, where string, selector *parser.VectorSelector, known map[string]map[string]bool) {
	t.Helper()
	of := known[selector.Name]
	if of == nil {
		t.Errorf("%s: there is no metric %s", where, selector.Name)
	}
	for _, m := range selector.LabelMatchers {
		if m.Name != model.MetricNameLabel && !of[m.Name] {
			t.Errorf("%s: %s has no label %s", where, selector.Name, m.Name)
		}
	}
}

// checkVariables requires that the variables of the dashboards have values.
func checkVariables(t *testing.T, prom promServer) {
	t.Helper()
	for _, file := range dashboardFiles {
		for _, v := range loadDashboard(t, file).Templating.List {
			if v.Type != "query" {
				continue
			}
			call := regexp.MustCompile(`^label_values\((.*), (\w+)\)$`).FindStringSubmatch(v.Definition)
			if call == nil {
				t.Fatalf("%s: $%s is %q", file, v.Name, v.Definition)
			}
			found := prom.series(t, substitute(call[1], everything))
			if len(found) == 0 || found[0].Metric[call[2]] == "" {
				t.Errorf("%s: $%s has no values", filepath.Base(file), v.Name)
			}
		}
	}
}

// names returns the labels of each metric in Prometheus.
func (p promServer) names(t *testing.T) map[string]map[string]bool {
	t.Helper()
	body, _ := get(t, p.Program, "/api/v1/series?match[]="+url.QueryEscape(`{__name__!=""}`), "application/json")
	var response struct{ Data []map[string]string }
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatal(err)
	}
	known := make(map[string]map[string]bool)
	for _, series := range response.Data {
		name := series[model.MetricNameLabel]
		if known[name] == nil {
			known[name] = make(map[string]bool)
		}
		for label := range series {
			known[name][label] = true
		}
	}
	return known
}

type sample struct {
	Metric map[string]string
	Value  [2]any
}

// series returns the result of an instant query.
func (p promServer) series(t *testing.T, query string) []sample {
	t.Helper()
	body, _ := get(t, p.Program, "/api/v1/query?query="+url.QueryEscape(query), "application/json")
	var response struct{ Data struct{ Result []sample } }
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatal(err)
	}
	return response.Data.Result
}

// startMonitoring starts a Prometheus that scrapes exporters at an interval, evaluates rules every
// second, and sends alerts to the Alertmanagers at the given addresses.
func startMonitoring(t *testing.T, interval string, exporters, rules []string, alertmanagers ...string) promServer {
	t.Helper()
	return startMonitoringOf(t, map[string]any{
		"scrape_interval": interval, "evaluation_interval": "1s",
		"scrape_native_histograms": true, "always_scrape_classic_histograms": true, // expressions take both
	}, exporters, rules, alertmanagers...)
}

// startMonitoringOf is startMonitoring with the section global of Prometheus' configuration.
func startMonitoringOf(t *testing.T, global map[string]any, exporters, rules []string, alertmanagers ...string) promServer {
	t.Helper()
	var files []string
	for _, file := range rules {
		absolute, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, absolute)
	}
	configuration, err := json.Marshal(map[string]any{ // JSON is YAML
		"global":         global,
		"rule_files":     files,
		"scrape_configs": []any{map[string]any{"job_name": "inbox", "static_configs": targets(exporters...)}},
		"alerting":       map[string]any{"alertmanagers": []any{map[string]any{"static_configs": targets(alertmanagers...)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return startPrometheus(t, prometheus(t), string(configuration))
}

func targets(addresses ...string) []any {
	return []any{map[string]any{"targets": append([]string{}, addresses...)}}
}
