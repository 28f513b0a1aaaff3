package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

var update = flag.Bool("update", false, "rewrite what the program generates: the table of docs/metrics.md, the licences")

// TestMetricsPage compares the table of docs/metrics.md with what the program exposes.
func TestMetricsPage(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(200))
	file := filepath.Join(t.TempDir(), "botpenguin.yml")
	writeFile(t, file, withSum())
	program := start(t, builtInEnv(server), "--config.file="+file)
	program.Get(t, "/metrics")           // which is counted
	_, all := program.Get(t, "/metrics") // which shows it
	_, probed := program.Get(t, "/probe?account=default")
	onProbe := families(t, probed)

	rows := []string{"| metric | type | labels | on /probe | help |", "|---|---|---|---|---|"}
	exposed := families(t, all)
	for _, name := range slices.Sorted(maps.Keys(exposed)) {
		probe, found := onProbe[name]
		mark := ""
		if found {
			mark = "yes"
			if got, want := probe.labels, slices.DeleteFunc(slices.Clone(exposed[name].labels), func(l string) bool { return l == "account" }); !slices.Equal(got, want) {
				t.Errorf("%s has the labels %q on /probe, want %q", name, got, want)
			}
		}
		delete(onProbe, name)
		f := exposed[name]
		labels := "`" + strings.Join(f.labels, "`, `") + "`"
		if strings.HasPrefix(name, "botpenguin_inbox_") {
			labels = ownLabels(name)
		} else if len(f.labels) == 0 {
			labels = ""
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s | %s |", name, f.kind, labels, mark, f.help))
	}
	for name := range onProbe {
		t.Errorf("%s is on /probe and not on /metrics", name)
	}
	compareTable(t, "docs/metrics.md", strings.Join(rows, "\n")+"\n")
}

// withSum returns the built-in configuration with a sum, the one key for a metric that it
// does not have.
func withSum() string {
	return strings.Replace(string(builtIn), "    waiting: {}\n", "    sum: {unread: unreadMessages}\n    waiting: {}\n", 1)
}

// ownLabels returns what the page says of the labels of a query's metric.
func ownLabels(name string) string {
	labels := "`account`, and the query's own"
	switch {
	case strings.HasSuffix(name, "_waiting_older_than"):
		return labels + ", `age`"
	case strings.HasSuffix(name, "_left_total"):
		return labels + ", `waiting`"
	}
	return labels
}

// family is what the page says of a metric.
type family struct {
	kind, help string
	labels     []string // sorted
}

// families returns the metrics of an exposition by name, those of all queries as one,
// and without those of the Go runtime, the process and promhttp, which must be there.
func families(t *testing.T, exposition string) map[string]family {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(exposition))
	if err != nil {
		t.Fatal(err)
	}
	generic := genericNames(t)
	all, foreign := make(map[string]family), make(map[string]bool)
	for name, metrics := range parsed {
		if prefix, _, _ := strings.Cut(name, "_"); prefix != "botpenguin" {
			foreign[prefix] = true
			continue
		}
		labels := make(map[string]bool)
		for _, m := range metrics.GetMetric() {
			for _, pair := range m.GetLabel() {
				labels[pair.GetName()] = true
			}
		}
		f := family{kind: strings.ToLower(metrics.GetType().String()), help: metrics.GetHelp()}
		f.labels = slices.Sorted(maps.Keys(labels))
		if g, found := generic[name]; found {
			f.labels, f.help, name = nil, strings.Replace(f.help, g.help, "HELP", 1), g.name
			if other, found := all[name]; found && other.help != f.help {
				t.Errorf("%s has the help %q and %q", name, other.help, f.help)
			}
		}
		all[name] = f
	}
	if len(foreign) > 0 && !maps.Equal(foreign, map[string]bool{"go": true, "process": true, "promhttp": true}) {
		t.Errorf("metrics of %v", foreign)
	}
	return all
}

// generic is how the page names the metric of a query, and the query's help.
type generic struct{ name, help string }

// genericNames returns the metrics of the built-in queries by name.
func genericNames(t *testing.T) map[string]generic {
	t.Helper()
	cfg, err := config.Parse("config.example.yml", []byte(withSum()), ".", func(name string) (string, bool) {
		return "simulated", name == "BOTPENGUIN_TOKEN"
	})
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]generic)
	for _, q := range cfg.Accounts[0].Queries {
		name := collector.MetricName(q)
		names[name] = generic{name: "botpenguin_inbox_<query>", help: q.Help}
		for _, added := range collector.AddedMetrics(q) {
			ending := strings.TrimPrefix(added.Name, name)
			if ending == "_unread" {
				ending = "_<sum>"
			}
			names[added.Name] = generic{name: "botpenguin_inbox_<query>" + ending, help: q.Help}
		}
	}
	return names
}

// What the README shows of the demo has the help texts of the built-in queries.
func TestREADMEShowsTheDemo(t *testing.T) {
	t.Parallel()
	builtIn := genericNames(t)
	shown := regexp.MustCompile(`(?m)^# HELP (\S+) (.*)$`).FindAllStringSubmatch(documentation(t)["README.md"].Text, -1)
	if len(shown) == 0 {
		t.Error("README.md shows no metric")
	}
	for _, line := range shown {
		if builtIn[line[1]].help != line[2] {
			t.Errorf("README.md has the help %q for %s, want %q", line[2], line[1], builtIn[line[1]].help)
		}
	}
}

// compareTable compares what a page has between the comments begin and end.
func compareTable(t *testing.T, page, want string) {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, began := strings.Cut(string(data), "<!-- begin")
	comment, rest, _ := strings.Cut(rest, "-->\n")
	got, tail, ended := strings.Cut(rest, "<!-- end -->")
	if !began || !ended {
		t.Fatalf("%s has no place for its table", page)
	}
	if *update {
		if err := os.WriteFile(page, []byte(head+"<!-- begin"+comment+"-->\n"+want+"<!-- end -->"+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s has\n%s\nand the program exposes\n%s\nrewrite it with go test -run %s -update .", page, got, want, t.Name())
	}
}
