package e2e

import (
	"log/slog"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"
)

// ruleFiles are the files that users load.
var ruleFiles = []string{"../alerts/inbox.yml", "../alerts/exporter.yml"}

// repository is where links from outside find the project's files.
const repository = "https://github.com/botpenguin-exporter/botpenguin_exporter/blob/main/"

// testsOf returns the file with the tests of a rule file.
func testsOf(ruleFile string) string {
	return filepath.Join(filepath.Dir(ruleFile), "tests", filepath.Base(ruleFile))
}

// TestRulesWithPromtool runs promtool's checks, and the tests of the rules.
func TestRulesWithPromtool(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
	for _, file := range ruleFiles {
		for name, args := range map[string][]string{
			"check": {"check", "rules", "--lint=all", "--lint-fatal", file},
			"test":  {"test", "rules", testsOf(file)},
		} {
			t.Run(name+" "+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				output, err := exec.Command(tool, args...).CombinedOutput()
				if err != nil {
					t.Errorf("promtool %s: %v", strings.Join(args, " "), err)
				}
				t.Logf("promtool %s\n%s", strings.Join(args, " "), output)
			})
		}
	}
}

// TestAlertsAreActionable checks the severity and annotations of each alert, and that its
// runbook exists.
func TestAlertsAreActionable(t *testing.T) {
	t.Parallel()
	runbook := read(t, "../docs/runbook.md")
	for _, file := range ruleFiles {
		for _, alert := range alerts(t, file) {
			if severity := alert.Labels["severity"]; severity != "warning" && severity != "critical" {
				t.Errorf("%s: severity %q", alert.Alert, severity)
			}
			for _, annotation := range []string{"summary", "description"} {
				if text := alert.Annotations[annotation]; !strings.HasSuffix(text, ".") {
					t.Errorf("%s: the %s is not a sentence: %q", alert.Alert, annotation, text)
				}
			}
			if want := repository + "docs/runbook.md#" + strings.ToLower(alert.Alert); alert.Annotations["runbook_url"] != want {
				t.Errorf("%s: runbook_url %s, want %s", alert.Alert, alert.Annotations["runbook_url"], want)
			}
			if !strings.Contains(runbook, "\n### "+alert.Alert+"\n") {
				t.Errorf("docs/runbook.md has no section %s", alert.Alert)
			}
		}
	}
}

// TestEveryAlertIsTestedBothWays requires, for each alert and severity, a test in which it
// fires, and one in which it does not.
func TestEveryAlertIsTestedBothWays(t *testing.T) {
	t.Parallel()
	for _, file := range ruleFiles {
		var suite struct {
			Tests []struct {
				AlertRuleTest []struct {
					AlertName string `yaml:"alertname"`
					ExpAlerts []struct {
						ExpLabels map[string]string `yaml:"exp_labels"`
					} `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			} `yaml:"tests"`
		}
		if err := yaml.Unmarshal([]byte(read(t, testsOf(file))), &suite); err != nil {
			t.Fatal(err)
		}
		for _, alert := range alerts(t, file) {
			fires, silent := 0, 0
			for _, test := range suite.Tests {
				for _, at := range test.AlertRuleTest {
					if at.AlertName != alert.Alert {
						continue
					}
					firing := 0
					for _, expected := range at.ExpAlerts {
						if expected.ExpLabels["severity"] == alert.Labels["severity"] {
							firing++
						}
					}
					if firing > 0 {
						fires++
					} else {
						silent++
					}
				}
			}
			if fires == 0 || silent == 0 {
				t.Errorf("%s, %s: it fires in %d tests, and does not in %d", alert.Alert, alert.Labels["severity"], fires, silent)
			}
		}
	}
}

func rules(t *testing.T, file string) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, promql, slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatalf("%s: %v", file, errs)
	}
	var all []rulefmt.Rule
	for _, group := range groups.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func alerts(t *testing.T, file string) []rulefmt.Rule {
	t.Helper()
	return slices.DeleteFunc(rules(t, file), func(r rulefmt.Rule) bool { return r.Alert == "" })
}
