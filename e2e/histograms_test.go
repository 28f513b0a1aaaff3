package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// Expressions with histograms must return data whether Prometheus has the classic ones,
// the native ones, which replace them, or both.
func TestExpressionsOfEveryKindOfHistogram(t *testing.T) {
	t.Parallel()
	address := programtest.Start(t, exporter(t), nil, "demo").Address
	for _, kind := range []struct{ native, classic bool }{{false, true}, {true, false}, {true, true}} {
		t.Run(fmt.Sprintf("native %t, classic %t", kind.native, kind.classic), func(t *testing.T) {
			t.Parallel()
			prom := startMonitoringOf(t, map[string]any{
				"scrape_interval": "3s", "evaluation_interval": "1s",
				"scrape_native_histograms": kind.native, "always_scrape_classic_histograms": kind.native && kind.classic,
			}, []string{address}, ruleFiles)
			tried := 0
			for _, e := range expressions(t) {
				if !strings.Contains(e.text, "histogram_") {
					continue
				}
				tried++
				expr := parse(t, substitute(e.text, everything))
				if e.rare {
					compareAlways(expr)
				}
				programtest.Eventually(t, func() error {
					found := slices.DeleteFunc(prom.series(t, expr.String()), func(s sample) bool { return s.Value[1] == "NaN" })
					if len(found) == 0 {
						return fmt.Errorf("%s: no data from %s", e.where, expr)
					}
					return nil
				})
			}
			if tried == 0 {
				t.Error("no expression has a histogram")
			}
			_, page, found := strings.Cut(read(t, "../docs/metrics.md"), "## Queries")
			if !found {
				t.Fatal("docs/metrics.md has no queries")
			}
			for line := range strings.Lines(page) {
				if strings.HasPrefix(line, "histogram_quantile(") && len(prom.series(t, strings.TrimSpace(line))) == 0 {
					t.Errorf("docs/metrics.md: no data from %s", line)
				}
			}
		})
	}
}
