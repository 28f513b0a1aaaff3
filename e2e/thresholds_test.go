package e2e

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestThresholdsComeFirst requires that a rule file starts with its thresholds, and that
// alerts compare with these instead of numbers.
func TestThresholdsComeFirst(t *testing.T) {
	t.Parallel()
	compared := regexp.MustCompile(`(?:[<>]=?|[=!]=)\s*(-?[\d.]+)`)
	for _, file := range ruleFiles {
		thresholds, others := 0, false
		for _, rule := range rules(t, file) {
			switch {
			case strings.HasPrefix(rule.Record, "botpenguin_threshold:"):
				if thresholds++; others {
					t.Errorf("%s: %s comes after other rules", file, rule.Record)
				}
			default:
				others = true
			}
			for _, number := range compared.FindAllStringSubmatch(rule.Expr, -1) {
				if number[1] != "0" { // none, or false
					t.Errorf("%s: %s compares with %s, want a threshold", file, rule.Alert, number[1])
				}
			}
		}
		if thresholds == 0 {
			t.Errorf("%s has no thresholds", file)
		}
	}
}

// TestThresholdsAreDrawn requires a line for each threshold, which uses the rule if it is
// loaded, and its value otherwise. A stat panel, whose colors cannot depend on a rule, has
// the values of the alert in its description.
func TestThresholdsAreDrawn(t *testing.T) {
	t.Parallel()
	numbers := thresholds(t)
	undrawn := map[string]bool{
		"botpenguin_threshold:unanswered_live_chats":  true, // a minimum for alerting, not a limit on what is drawn
		"botpenguin_threshold:users_online_last_week": true,
	}
	line := regexp.MustCompile(`\(max\((botpenguin_threshold:\w+)\) or vector\(([\d.]+)\)\)`)
	drawn := make(map[string]bool)
	for _, file := range dashboardFiles {
		for _, p := range loadDashboard(t, file).Panels {
			for _, q := range p.Targets {
				for _, match := range line.FindAllStringSubmatch(q.Expr, -1) {
					drawn[match[1]] = true
					if numbers[match[1]] != match[2] {
						t.Errorf("%s: %q draws %s, but in the rules %s = %s", file, p.Title, match[0], match[1], numbers[match[1]])
					}
				}
			}
			checkStatColors(t, file, p, numbers)
		}
	}
	for name := range numbers {
		if drawn[name] == undrawn[name] {
			t.Errorf("%s is drawn: %t", name, drawn[name])
		}
	}
}

// checkStatColors compares the colors of a stat panel with the thresholds of the alert in
// its description.
func checkStatColors(t *testing.T, file string, p panel, numbers map[string]string) {
	t.Helper()
	named := regexp.MustCompile(`at the thresholds? of (BotPenguin\w+)`).FindStringSubmatch(p.Description)
	if p.Type != "stat" || named == nil {
		return
	}
	var want, got []string
	for _, file := range ruleFiles {
		for _, alert := range alerts(t, file) {
			if alert.Alert == named[1] {
				for _, name := range regexp.MustCompile(`botpenguin_threshold:\w+`).FindAllString(alert.Expr, -1) {
					want = append(want, numbers[name])
				}
			}
		}
	}
	for _, step := range p.FieldConfig.Defaults.Thresholds.Steps {
		if step.Value != nil {
			got = append(got, strconv.FormatFloat(*step.Value, 'g', -1, 64))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q changes color at %q, but %s is at %q", file, p.Title, got, named[1], want)
	}
}

// thresholds returns the value of each threshold by its metric name.
func thresholds(t *testing.T) map[string]string {
	t.Helper()
	numbers := make(map[string]string)
	for _, file := range ruleFiles {
		for _, rule := range rules(t, file) {
			if strings.HasPrefix(rule.Record, "botpenguin_threshold:") {
				numbers[rule.Record] = strings.TrimSuffix(strings.TrimPrefix(rule.Expr, "vector("), ")")
			}
		}
	}
	return numbers
}
