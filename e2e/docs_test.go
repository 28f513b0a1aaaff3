package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/markdown"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// example is a block of YAML of the documentation.
type example struct {
	markdown.Block
	page string
}

// examples returns the blocks of YAML that have one of the keys at the top.
func examples(t *testing.T, keys ...string) []example {
	t.Helper()
	pages, err := markdown.Pages("..")
	if err != nil {
		t.Fatal(err)
	}
	top := regexp.MustCompile(`(?m)^(` + strings.Join(keys, "|") + `):`)
	var found []example
	for _, p := range pages {
		for _, block := range p.Blocks {
			if block.Language == "yaml" && top.MatchString(block.Text) {
				found = append(found, example{block, p.Path})
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("no example has one of %q", keys)
	}
	return found
}

// TestExampleScrapeConfigs has promtool check the configurations of Prometheus, with the
// rules where they are looked for.
func TestExampleScrapeConfigs(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
	alerts, err := filepath.Abs("../alerts")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples(t, "scrape_configs", "rule_files") {
		file := programtest.WriteFile(t, "prometheus.yml", e.Text)
		if err := os.Symlink(alerts, filepath.Join(filepath.Dir(file), "alerts")); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command(tool, "check", "config", "--lint=all", "--lint-fatal", file).CombinedOutput()
		if err != nil {
			t.Errorf("%s:%d: %v\n%s", e.page, e.Line, err, output)
		}
		if strings.Contains(e.Text, "rule_files") && strings.Count(string(output), "rules found") != len(ruleFiles) {
			t.Errorf("%s:%d: want both rule files to be loaded:\n%s", e.page, e.Line, output)
		}
	}
}

// TestExampleRules parses the example rules, whose names must not be those of shipped
// ones: both may be loaded.
func TestExampleRules(t *testing.T) {
	t.Parallel()
	var shipped []string
	for _, file := range ruleFiles {
		for _, alert := range alerts(t, file) {
			shipped = append(shipped, alert.Alert)
		}
	}
	for _, e := range examples(t, "groups") {
		for _, rule := range rules(t, programtest.WriteFile(t, "rules.yml", e.Text)) {
			if slices.Contains(shipped, rule.Alert) {
				t.Errorf("%s:%d: %s is the name of a shipped alert", e.page, e.Line, rule.Alert)
			}
		}
	}
}
