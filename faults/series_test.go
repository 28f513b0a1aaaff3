package faults

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// answer is what a scrape got.
type answer struct {
	status int
	body   string
	took   time.Duration
}

// begin begins a scrape like that of a Prometheus which waits for so many seconds. The
// answer comes later; it fails the test if it comes so late that not a busy machine but
// a hang must be why.
func (r *running) begin(t *testing.T, path, seconds string) <-chan answer {
	answered := make(chan answer, 1)
	go func() {
		began := time.Now()
		response, err := r.Request(t.Context(), http.MethodGet, path, timeoutHeader, seconds)
		took := time.Since(began)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			response = &programtest.Response{}
		}
		if timeout, err := time.ParseDuration(seconds + "s"); err != nil || took > 5*timeout+10*time.Second {
			t.Errorf("%s was answered after %v; Prometheus has given up after %s s", path, took, seconds)
		}
		answered <- answer{response.Status, response.Body, took}
	}()
	return answered
}

// scrape scrapes as begin does, waits for the answer, and wants it to be a good one.
func (r *running) scrape(t *testing.T, path, seconds string) (body string, took time.Duration) {
	t.Helper()
	a := <-r.begin(t, path, seconds)
	if a.status != http.StatusOK {
		t.Fatalf("%s: status %d:\n%s", path, a.status, a.body)
	}
	mute(t, path, a.body)
	return a.body, a.took
}

// series are the values of an exposition, by how their series are written.
func series(t *testing.T, body string) map[string]float64 {
	t.Helper()
	all := make(map[string]float64)
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if at < 0 || err != nil {
			t.Fatalf("no series: %q", line)
		}
		if _, twice := all[line[:at]]; twice {
			t.Errorf("a series is there twice: %s", line)
		}
		all[line[:at]] = value
	}
	return all
}

// gauges are the series that say what a scrape found of the inboxes. Of those whose
// value depends on the time, the value is left out.
func gauges(t *testing.T, body string) map[string]float64 {
	t.Helper()
	all := series(t, body)
	maps.DeleteFunc(all, func(name string, _ float64) bool {
		return !strings.HasPrefix(name, "botpenguin_inbox_") && !strings.HasPrefix(name, "botpenguin_up") && !strings.HasPrefix(name, "botpenguin_query_success")
	})
	for name := range all {
		if strings.Contains(name, "_oldest_seconds") {
			all[name] = 0
		}
	}
	return all
}

// failures are the counters of an account's failed queries, by reason, without those
// that are 0.
func failures(t *testing.T, body, account string) map[string]float64 {
	t.Helper()
	all := make(map[string]float64)
	for name, value := range series(t, body) {
		reason, ok := strings.CutPrefix(name, `botpenguin_query_errors_total{account="`+account+`",reason="`)
		if ok && value != 0 {
			all[strings.TrimSuffix(reason, `"}`)] = value
		}
	}
	return all
}
