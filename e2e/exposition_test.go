package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestExpositionsOfTheDemo gives promtool what the demo exposes. promtool reads the text
// format only; that the OpenMetrics is right shows where Prometheus scrapes it.
func TestExpositionsOfTheDemo(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
	demo := programtest.Start(t, exporter(t), nil, "demo")
	for name, path := range map[string]string{"metrics": "/metrics", "probe": "/probe?account=default"} {
		t.Run(name+" as text", func(t *testing.T) {
			t.Parallel()
			text := exposition(t, demo, path, "text/plain;version=0.0.4")
			check := exec.Command(tool, "check", "metrics")
			check.Stdin = strings.NewReader(text)
			if complaint, err := check.CombinedOutput(); err != nil || len(complaint) > 0 {
				t.Errorf("promtool check metrics: %v\n%s", err, complaint)
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

// exposition returns a scrape's answer, in the format asked for.
func exposition(t *testing.T, demo *programtest.Program, path, format string) string {
	t.Helper()
	text, contentType := get(t, demo, path, format)
	if wanted, _, _ := strings.Cut(format, ";"); !strings.HasPrefix(contentType, wanted+";") {
		t.Errorf("asked for %s, got %s", format, contentType)
	}
	if !strings.Contains(text, "\nbotpenguin_inbox_users") {
		t.Errorf("no botpenguin_inbox_users in\n%s", text)
	}
	return text
}
