package e2e

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tests of this file hold what made the dashboards hard to read in a real Grafana.

// forEachPanel calls check with each panel that is not a row.
func forEachPanel(t *testing.T, check func(name string, p panel)) {
	t.Helper()
	for _, file := range dashboardFiles {
		for _, p := range loadDashboard(t, file).Panels {
			if p.Type != "row" {
				check(filepath.Base(file)+": "+p.Title, p)
			}
		}
	}
}

// A legend must show its series: a table to the right where there is room, sorted by what
// matters, and otherwise a list.
func TestLegendsShowTheirSeries(t *testing.T) {
	t.Parallel()
	forEachPanel(t, func(name string, p panel) {
		legend := p.Options.Legend
		switch {
		case p.Type != "timeseries":
		case !legend.ShowLegend:
			t.Errorf("%s has no legend", name)
		case p.GridPos.W >= 12 && (legend.DisplayMode != "table" || legend.Placement != "right" || legend.SortBy != "Max" && legend.SortBy != "Min"):
			t.Errorf("%s: legend %+v, want a table to the right, sorted by Max or Min", name, legend)
		case p.GridPos.W < 12 && (legend.DisplayMode != "list" || legend.Placement != "bottom"):
			t.Errorf("%s: legend %+v, want a list below", name, legend)
		}
	})
}

// Titles are cut off where they are longer than three characters per column of the grid,
// on a screen of 900 pixels.
func TestTitlesFit(t *testing.T) {
	t.Parallel()
	forEachPanel(t, func(name string, p panel) {
		if most := 3 * p.GridPos.W; len(p.Title) > most {
			t.Errorf("%s: the title has %d characters, at most %d fit", name, len(p.Title), most)
		}
	})
}

// alertColors are those of alerts, and of nothing else.
var alertColors = regexp.MustCompile(`red|orange`)

// Channels, statuses, codes and reasons have a color of their own, which is not that of an
// alert, whatever else is shown. Only lines of alerts have theirs.
func TestColorsAreFixed(t *testing.T) {
	t.Parallel()
	fixed := regexp.MustCompile(`^{{(channel|status|code|reason|result)}}$`)
	colors := make(map[string]string)
	forEachPanel(t, func(name string, p panel) {
		colored := false
		for _, o := range p.FieldConfig.Overrides {
			color := o.color()
			if color == "" {
				continue
			}
			colored = true
			isAlert := regexp.MustCompile(`^/\^(alert|warning|critical)/$`).MatchString(o.Matcher.Options)
			if isAlert != alertColors.MatchString(color) {
				t.Errorf("%s: %s is %s", name, o.Matcher.Options, color)
			}
			if other := colors[o.Matcher.Options]; other != "" && other != color {
				t.Errorf("%s: %s is %s, elsewhere %s", name, o.Matcher.Options, color, other)
			}
			colors[o.Matcher.Options] = color
		}
		for _, q := range p.Targets {
			if fixed.MatchString(q.LegendFormat) && !colored {
				t.Errorf("%s: %s has no fixed colors", name, q.LegendFormat)
			}
		}
	})
}

// Without data nothing is green, and what is missing may be failing.
func TestNoDataIsNotGreen(t *testing.T) {
	t.Parallel()
	forEachPanel(t, func(name string, p panel) {
		defaults := p.FieldConfig.Defaults
		if steps := defaults.Thresholds.Steps; len(steps) == 0 || steps[0].Value != nil || steps[0].Color != "text" {
			t.Errorf("%s: without data it has the color of %+v, want the text's", name, steps)
		}
		if strings.Contains(defaults.NoValue, "configured") && !strings.Contains(defaults.NoValue, "failing") {
			t.Errorf("%s: %q, but the query may be failing", name, defaults.NoValue)
		}
	})
}

// Single numbers show whose they are, and go on for a while when a query fails.
func TestStatsShowNames(t *testing.T) {
	t.Parallel()
	forEachPanel(t, func(name string, p panel) {
		if p.Type != "stat" {
			return
		}
		named := slices.ContainsFunc(p.Targets, func(q query) bool { return strings.Contains(q.LegendFormat, "{{") })
		if named && p.Options.TextMode != "value_and_name" {
			t.Errorf("%s: text mode %s, want value_and_name", name, p.Options.TextMode)
		}
		for _, q := range p.Targets {
			if strings.Contains(q.Expr, "botpenguin_inbox_") && !strings.Contains(q.Expr, "last_over_time(") && !strings.Contains(q.Expr, "[1h]") {
				t.Errorf("%s, %s: disappears when a scrape fails", name, q.RefID)
			}
		}
	})
}

// Units are those that read well: no thousands of contacts as K, no minutes with decimals.
func TestUnits(t *testing.T) {
	t.Parallel()
	units := []string{"locale", "dthms", "percentunit", "s", "bytes", "Bps", "short"}
	forEachPanel(t, func(name string, p panel) {
		unit := p.FieldConfig.Defaults.Unit
		if !slices.Contains(units, unit) {
			t.Errorf("%s: unit %s, want one of %q", name, unit, units)
		}
		for _, q := range p.Targets {
			wait := regexp.MustCompile(`_waiting_oldest_seconds|_reply_seconds|_last_success_timestamp_seconds`).MatchString(q.Expr)
			if wait && unit == "s" {
				t.Errorf("%s: unit %s, want dthms", name, unit)
			}
		}
	})
}

// A dashed line of an alert must go on while the query fails, and must not be stacked.
func TestAlertLines(t *testing.T) {
	t.Parallel()
	forEachPanel(t, func(name string, p panel) {
		for _, q := range p.Targets {
			if !regexp.MustCompile(`^(alert|warning|critical)`).MatchString(q.LegendFormat) {
				continue
			}
			if !regexp.MustCompile(`(last|max|avg)_over_time\(|\[1h\]`).MatchString(q.Expr) {
				t.Errorf("%s: %s breaks where the query fails", name, q.LegendFormat)
			}
			dashed := slices.ContainsFunc(p.FieldConfig.Overrides, func(o override) bool { return o.color() == "red" || o.color() == "orange" })
			if !dashed || p.FieldConfig.Defaults.Custom.Stacking.Mode == "normal" {
				t.Errorf("%s: %s is not a line by itself", name, q.LegendFormat)
			}
		}
	})
}
