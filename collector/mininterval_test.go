package collector

import (
	"net/http"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const oftenAndSeldom = accountYAML + `
queries:
  - {name: often, help: All contacts.}
  - {name: seldom, help: All contacts., group_by: {channel: {field: platform, values: [web]}}, waiting: {older_than: [1m]}, oldest: lastMessage.at, min_interval: 1m}
`

// own returns the metrics about the queries of a snapshot by name and query.
func own(t *testing.T, s *Snapshot) map[string]float64 {
	t.Helper()
	got := make(map[string]float64)
	for _, family := range gather(t, NewGauges(s)) {
		for _, m := range family.GetMetric() {
			name := family.GetName()
			for _, pair := range m.GetLabel() {
				if pair.GetName() == "query" {
					name += " " + pair.GetValue()
				}
			}
			if m.Gauge != nil {
				got[name] = m.GetGauge().GetValue()
			}
		}
	}
	return got
}

// The last result of a query is served while it is younger than min_interval, and its ages
// go on growing; the other queries are asked, and the time of the results is theirs.
func TestMinIntervalOfAQuery(t *testing.T) {
	atDesk(t, oftenAndSeldom, func(d *desk) {
		began := time.Now()
		d.says("a", "web", "user")
		d.scrape()
		d.says("b", "web", "agent")
		d.leaves("a")
		for _, after := range []time.Duration{30 * time.Second, time.Minute - time.Millisecond} {
			time.Sleep(time.Until(began.Add(after)))
			d.server.ResetCalls()
			s := scrape(d.account)
			want(d.t, exposed(t, NewGauges(s)), map[string]float64{
				`often{}`: 1, `seldom{channel="web"}`: 1, `seldom_waiting{channel="web"}`: 1, `seldom_left_total{channel="web",waiting="true"}`: 0,
				`seldom_waiting_oldest_seconds{channel="web"}`: after.Seconds(), `seldom_oldest_seconds{channel="web"}`: after.Seconds(),
			})
			want(d.t, own(t, s), map[string]float64{
				"botpenguin_up": 1, "botpenguin_query_success seldom": 1, "botpenguin_query_success often": 1,
				"botpenguin_results_timestamp_seconds":                   timestamp(time.Now()),
				"botpenguin_query_last_success_timestamp_seconds seldom": timestamp(began),
			})
			if n := d.server.Requests(); n > 2 { // one of them may be an audit
				t.Errorf("%d requests", n)
			}
		}
		time.Sleep(time.Millisecond)
		want(d.t, d.scrape(), map[string]float64{`seldom{channel="web"}`: 1, `seldom_waiting{channel="web"}`: 0, `seldom_left_total{channel="web",waiting="true"}`: 1, `seldom_entered_total{channel="web"}`: 1})
	})
}

// Waits pass thresholds while their result is kept.
func TestKeptWaitsPassThresholds(t *testing.T) {
	atDesk(t, oftenAndSeldom, func(d *desk) {
		d.says("a", "web", "user")
		time.Sleep(10 * time.Second)
		older := `seldom_waiting_older_than{age="1m",channel="web"}`
		want(d.t, d.scrape(), map[string]float64{older: 0})
		time.Sleep(50 * time.Second)
		want(d.t, d.scrape(), map[string]float64{older: 0})
		time.Sleep(time.Second)
		want(d.t, d.scrape(), map[string]float64{older: 1})
	})
}

// A failed query is never kept: it is asked again in each scrape.
func TestFailedQueriesAreNotKept(t *testing.T) {
	atDesk(t, oftenAndSeldom, func(d *desk) {
		d.says("a", "web", "user")
		d.server.Intercept(respond(http.StatusBadRequest, "{}"))
		for range 2 {
			want(d.t, own(t, scrape(d.account)), map[string]float64{"botpenguin_up": 0, "botpenguin_query_success seldom": 0})
		}
		d.server.Intercept(nil)
		want(d.t, d.scrape(), map[string]float64{`seldom{channel="web"}`: 1})
		d.server.Intercept(respond(http.StatusBadRequest, "{}"))
		time.Sleep(10 * time.Second)
		s := scrape(d.account)
		want(d.t, own(t, s), map[string]float64{"botpenguin_up": 1, "botpenguin_query_success seldom": 1, "botpenguin_query_success often": 0})
		want(d.t, exposed(t, NewGauges(s)), map[string]float64{`seldom{channel="web"}`: 1})
	})
}

// If nothing but kept results is served, their time is that of the results.
func TestOnlyKeptResults(t *testing.T) {
	atDesk(t, accountYAML+"queries: [{name: users, help: All contacts., min_interval: 1m}]", func(d *desk) {
		d.server.Inbox.Add(inboxtest.Contact{})
		began := time.Now()
		d.scrape()
		d.server.ResetCalls()
		time.Sleep(10 * time.Second)
		s := scrape(d.account)
		want(d.t, own(t, s), map[string]float64{"botpenguin_up": 1, "botpenguin_query_success users": 1, "botpenguin_results_timestamp_seconds": timestamp(began)})
		if n := d.server.Requests(); n != 0 || values(s)["users"] != 1 {
			t.Errorf("%d requests, values %v", n, values(s))
		}
	})
}

// With a min_interval of the account, too, no result of a query is served for longer than
// the longer of both.
func TestMinIntervalsOfAccountAndQuery(t *testing.T) {
	atDesk(t, accountYAML+"    min_interval: 25s\nqueries: [{name: users, help: All contacts., min_interval: 1m}]", func(d *desk) {
		began := time.Now()
		d.scrape()
		d.server.Inbox.Add(inboxtest.Contact{})
		for range 30 {
			time.Sleep(5 * time.Second)
			n := 0
			if time.Since(began) >= time.Minute {
				n = 1
			}
			if got := values(scrape(d.account))["users"]; got != n {
				t.Errorf("after %s: %v users, want %d", time.Since(began), got, n)
			}
		}
	})
}
