package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestPrometheusScrapesTheDemo uses the configuration that the demo prints.
func TestPrometheusScrapesTheDemo(t *testing.T) {
	t.Parallel()
	program := exporter(t)
	server := prometheus(t)
	demo := programtest.Start(t, program, nil, "demo")
	printed := demo.Await(t, `(?m)^(scrape_configs:\n(?: .*\n)+)\n`)[1]
	prom := startPrometheus(t, server, printed)

	prom.awaitValue(t, fmt.Sprintf(`botpenguin_up{account="default",instance=%q}`, demo.Address), func(v float64) bool { return v == 1 })
	prom.awaitValue(t, `botpenguin_inbox_users{account="default"}`, func(v float64) bool { return v > 0 })
}

// TestPrometheusStoresTheTrueNumbers scrapes an unchanging inbox in both formats and from
// both paths, and compares the values with the inbox.
func TestPrometheusStoresTheTrueNumbers(t *testing.T) {
	t.Parallel()
	program := exporter(t)
	server := prometheus(t)
	api := inboxtest.Start(t, inboxtest.Contacts(1234), inboxtest.PageSize(20))
	target := programtest.Start(t, program, environment(api))
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
`, "TARGET", target.Address))

	for _, truth := range []struct {
		metric string
		match  func(inboxtest.Contact) bool
	}{
		{"users", func(inboxtest.Contact) bool { return true }},
		{"users_online", func(c inboxtest.Contact) bool { return c.Online }},
		{"live_chats_active", func(c inboxtest.Contact) bool { return c.LiveChatActive }},
	} {
		want := api.Inbox.Count(truth.match)
		for _, job := range []string{"text", "openmetrics", "probe"} {
			series := fmt.Sprintf(`botpenguin_inbox_%s{account="default",job=%q}`, truth.metric, job)
			prom.awaitValue(t, series, func(v float64) bool { return v == float64(want) })
		}
	}
}

// environment returns the environment of an exporter for a simulated inbox.
func environment(api *inboxtest.Server) programtest.Env {
	return programtest.Env{"BOTPENGUIN_URL": api.URL, "BOTPENGUIN_TOKEN": api.Token}
}

// promServer is a running Prometheus.
type promServer struct{ *programtest.Program }

func startPrometheus(t *testing.T, program programtest.Binary, configuration string) promServer {
	t.Helper()
	file := programtest.WriteFile(t, "prometheus.yml", configuration)
	if output, err := exec.Command(promtool(t), "check", "config", "--lint-fatal", file).CombinedOutput(); err != nil {
		t.Fatalf("promtool check config: %v\n%s\n%s", err, output, configuration)
	}
	p := programtest.Start(t, program, nil, "--config.file="+file, "--storage.tsdb.path="+filepath.Dir(file))
	p.Await(t, "Server is ready to receive web requests") // before, it responds with 503
	return promServer{p}
}

// awaitValue waits until an instant query returns exactly one series with a right value.
func (p promServer) awaitValue(t *testing.T, query string, right func(float64) bool) {
	t.Helper()
	programtest.Eventually(t, func() error {
		body, _ := get(t, p.Program, "/api/v1/query?query="+url.QueryEscape(query), "application/json")
		var response struct {
			Data struct {
				Result []struct {
					Value [2]any // seconds since 1970, and the value as a string
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &response); err != nil {
			return err
		}
		if len(response.Data.Result) != 1 {
			return fmt.Errorf("%s: want one series, got %s", query, body)
		}
		value, err := strconv.ParseFloat(fmt.Sprint(response.Data.Result[0].Value[1]), 64)
		if err != nil || !right(value) {
			return fmt.Errorf("%s: got %s", query, body)
		}
		return nil
	})
}
