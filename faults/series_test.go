package faults

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"
)

const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// scrape fetches metrics as a Prometheus does that would wait for so many seconds, and
// would then have had nothing.
func (r *running) scrape(t *testing.T, path, seconds string) (body string, took time.Duration) {
	t.Helper()
	began := time.Now()
	status, body := r.Get(t, path, timeoutHeader, seconds)
	took = time.Since(began)
	if status != 200 {
		t.Fatalf("%s: status %d:\n%s", path, status, body)
	}
	if patience, err := time.ParseDuration(seconds + "s"); err != nil || took >= patience {
		t.Errorf("%s was answered after %v; Prometheus has given up after %s s", path, took, seconds)
	}
	mute(t, path, body)
	return body, took
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
