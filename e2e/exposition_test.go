package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestDemoExposition checks the demo's exposition with promtool. promtool only reads the
// text format; TestPrometheusStoresTheTrueNumbers also scrapes OpenMetrics.
func TestDemoExposition(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
	demo := programtest.Start(t, exporter(t), nil, "demo")
	for name, path := range map[string]string{"metrics": "/metrics", "probe": "/probe?account=default"} {
		t.Run(name+" as text", func(t *testing.T) {
			t.Parallel()
			text := exposition(t, demo, path, "text/plain;version=0.0.4")
			check := exec.Command(tool, "check", "metrics")
			check.Stdin = strings.NewReader(text)
			if output, err := check.CombinedOutput(); err != nil || len(output) > 0 {
				t.Errorf("promtool check metrics: %v\n%s", err, output)
			}
		})
		t.Run(name+" as OpenMetrics", func(t *testing.T) {
			t.Parallel()
			text := exposition(t, demo, path, "application/openmetrics-text;version=1.0.0")
			if !strings.HasSuffix(text, "\n# EOF\n") {
				t.Errorf("does not end with # EOF\n%s", text)
			}
		})
	}
}

// exposition scrapes the demo and returns the response in the requested format.
func exposition(t *testing.T, demo *programtest.Program, path, format string) string {
	t.Helper()
	text, contentType := get(t, demo, path, format)
	if wanted, _, _ := strings.Cut(format, ";"); !strings.HasPrefix(contentType, wanted+";") {
		t.Errorf("requested %s, got %s", format, contentType)
	}
	if !strings.Contains(text, "\nbotpenguin_inbox_users") {
		t.Errorf("no botpenguin_inbox_users in\n%s", text)
	}
	return text
}
