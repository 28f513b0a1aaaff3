package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// TestPrometheusScrapesWhatTheDemoPrints pastes the configuration that demo prints.
func TestPrometheusScrapesWhatTheDemoPrints(t *testing.T) {
	t.Parallel()
	program := exporter(t)
	server := prometheus(t)
	demo := start(t, nil, program, "demo", listenAnywhere)
	target := demo.await(t, address)
	paste := regexp.MustCompile(`(?m)^scrape_configs:\n(?: .*\n)+`)
	eventually(t, func() error {
		if !paste.MatchString(demo.stdout.String()) {
			return fmt.Errorf("demo printed no scrape_configs, but\n%s", demo.stdout)
		}
		return nil
	})
	prom := startPrometheus(t, server, paste.FindString(demo.stdout.String()))

	prom.await(t, fmt.Sprintf(`botpenguin_up{account="default",instance=%q}`, target), func(v float64) bool { return v == 1 })
	prom.await(t, `botpenguin_inbox_users{account="default"}`, func(v float64) bool { return v > 0 })
}

// TestPrometheusStoresTheTrueNumbers scrapes an inbox that stands still, in both
// formats and by both paths, and compares with the inbox itself.
func TestPrometheusStoresTheTrueNumbers(t *testing.T) {
	t.Parallel()
	program := exporter(t)
	server := prometheus(t)
	api := inboxtest.Start(t, inboxtest.Contacts(1234), inboxtest.PageSize(20))
	env := []string{"BOTPENGUIN_URL=" + api.URL, "BOTPENGUIN_TOKEN=" + api.Token}
	target := start(t, env, program, listenAnywhere).await(t, address)
	prom := startPrometheus(t, server, strings.ReplaceAll(`
global: {scrape_interval: 2s}
scrape_configs:
  - job_name: text
    scrape_protocols: [PrometheusText0.0.4]
    static_configs: [{targets: [TARGET]}]
  - job_name: openmetrics
    scrape_protocols: [OpenMetricsText1.0.0]
    static_configs: [{targets: [TARGET]}]
  - job_name: probe
    metrics_path: /probe
    params: {account: [default]}
    static_configs: [{targets: [TARGET], labels: {account: default}}]
`, "TARGET", target))

	for _, truth := range []struct {
		metric string
		match  func(inboxtest.Contact) bool
	}{
		{"users", func(inboxtest.Contact) bool { return true }},
		{"users_online", func(c inboxtest.Contact) bool { return c.Online }},
		{"live_chats_active", func(c inboxtest.Contact) bool { return c.LiveChatActive }},
	} {
		want := api.Inbox.Count(func(c inboxtest.Contact) bool { return !c.Visitor && truth.match(c) })
		for _, job := range []string{"text", "openmetrics", "probe"} {
			series := fmt.Sprintf(`botpenguin_inbox_%s{account="default",job=%q}`, truth.metric, job)
			prom.await(t, series, func(v float64) bool { return v == float64(want) })
		}
	}
}

// promServer is a Prometheus that runs.
type promServer struct{ url string }

func startPrometheus(t *testing.T, program, configuration string) promServer {
	t.Helper()
	directory := t.TempDir()
	file := filepath.Join(directory, "prometheus.yml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	if complaint, err := exec.Command(promtool(t), "check", "config", "--lint-fatal", file).CombinedOutput(); err != nil {
		t.Fatalf("promtool check config: %v\n%s\n%s", err, complaint, configuration)
	}
	p := start(t, nil, program, "--config.file="+file, "--storage.tsdb.path="+directory, listenAnywhere)
	server := promServer{"http://" + p.await(t, address)}
	p.await(t, "(Server is ready to receive web requests)") // until then it answers 503
	return server
}

// await waits until an instant query has exactly one answer, and that one is right.
func (p promServer) await(t *testing.T, query string, right func(float64) bool) {
	t.Helper()
	eventually(t, func() error {
		body, _ := get(t, p.url+"/api/v1/query?query="+url.QueryEscape(query), "application/json")
		var answer struct {
			Data struct {
				Result []struct {
					Value [2]any // seconds since 1970, and the value as a string
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			return err
		}
		if len(answer.Data.Result) != 1 {
			return fmt.Errorf("%s: want one answer, got %s", query, body)
		}
		value, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
		if err != nil || !right(value) {
			return fmt.Errorf("%s: got %s", query, body)
		}
		return nil
	})
}
