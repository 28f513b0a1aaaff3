package collector

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// LabelText formats labels as the exposition does.
func LabelText(labels map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// partText returns the labels of a part, or "" if the query has no other.
func partText(q *config.Query, labels map[string]string) string {
	if len(q.Parts) < 2 {
		return ""
	}
	return LabelText(labels)
}

// Gauges is a prometheus.Collector that turns snapshots into gauges, and into counters
// where several scrapes of one exporter do not get into each other's way. It is meant for
// a single gathering.
type Gauges struct {
	snapshots []*Snapshot
	account   bool
}

// NewGauges returns the gauges and counters of snapshots of different accounts, with the
// label account.
func NewGauges(snapshots ...*Snapshot) *Gauges { return &Gauges{snapshots: snapshots, account: true} }

// NewProbeGauges returns the gauges of one snapshot without the label account, which
// relabeling adds in Prometheus.
func NewProbeGauges(snapshot *Snapshot) *Gauges { return &Gauges{snapshots: []*Snapshot{snapshot}} }

// Describe sends nothing, because the metrics depend on the snapshots: this is an
// unchecked collector.
func (g *Gauges) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (g *Gauges) Collect(ch chan<- prometheus.Metric) {
	descs := make(map[string]*prometheus.Desc)
	for _, s := range g.snapshots {
		e := emitter{ch: ch, descs: descs}
		if g.account {
			e.labels, e.values, e.counters = []string{"account"}, []string{s.Account}, true
		}
		e.snapshot(s)
	}
}

// seriesPerAccount and seriesPerQuery are the numbers of series besides those of the
// parts of queries.
const seriesPerAccount, seriesPerQuery = 3, 3

// emitter sends gauges with common labels.
type emitter struct {
	ch     chan<- prometheus.Metric
	descs  map[string]*prometheus.Desc // by metric name: all series of a metric have the same label names
	labels []string
	values []string

	counters bool // send counters, too
}

func (e emitter) snapshot(s *Snapshot) {
	e.gauge("botpenguin_up", "Whether at least one query of the account returned a result in this scrape.", boolean(s.Up()))
	e.gauge("botpenguin_scrape_duration_seconds", "Duration of running the account's queries in seconds.", s.Ended.Sub(s.Began).Seconds())
	if s.Up() {
		e.gauge("botpenguin_results_timestamp_seconds", "Unix timestamp at which the oldest exposed value of the account was fetched.", timestamp(s.Fetched))
	}
	for i := range s.Results {
		e.result(&s.Results[i])
	}
}

func (e emitter) result(r *Result) {
	own := e.with("query", r.Query.Name)
	own.gauge("botpenguin_query_success", "Whether the query succeeded completely in this scrape.", boolean(r.Err() == nil))
	own.gauge("botpenguin_query_duration_seconds", "Duration of the query in this scrape in seconds, including the time spent waiting for the rate limit and other queries.", r.Duration.Seconds())
	if !r.LastSuccess.IsZero() {
		own.gauge("botpenguin_query_last_success_timestamp_seconds", "Unix timestamp at which the query last succeeded completely.", timestamp(r.LastSuccess))
	}
	for _, doubt := range Doubts() {
		own.with("reason", string(doubt)).gauge("botpenguin_query_doubt", "Whether the number of the query may answer another question, by reason.", boolean(r.Doubts[doubt]))
	}
	for _, part := range r.Parts {
		for _, series := range part.Series {
			e.of(r.Query, series.Labels).series(r.Query, series)
		}
		for _, counters := range part.Counters {
			if e.counters {
				e.of(r.Query, counters.Labels).counted(r.Query, counters)
			}
		}
	}
}

// of returns an emitter for a series of a query.
func (e emitter) of(q *config.Query, labels map[string]string) emitter {
	for _, name := range q.LabelNames {
		e = e.with(name, labels[name])
	}
	return e
}

func (e emitter) series(q *config.Query, s Series) {
	name := MetricName(q)
	e.gauge(name, q.Help, float64(s.Contacts))
	if q.Oldest != "" {
		e.gauge(name+oldestSeconds, "Age of the oldest matching contact in seconds, 0 if there is none. "+q.Help, s.Oldest.Seconds())
	}
	for i, sum := range q.Sums {
		e.gauge(name+"_"+sum.Name, "Sum of the field "+sum.Field+" over the matching contacts. "+q.Help, s.Sums[i])
	}
	if q.Waiting == nil {
		return
	}
	e.gauge(name+waiting, "Contacts that are waiting for a reply. "+q.Help, float64(len(s.Waits)))
	for _, threshold := range q.Waiting.OlderThan {
		e.with("age", threshold.Text).gauge(name+waitingOlderThan, "Contacts that have been waiting for a reply for longer than age. "+q.Help, float64(s.olderThan(threshold.Duration)))
	}
	e.gauge(name+waitingOldestSeconds, "Longest current wait for a reply in seconds, 0 if nobody waits. "+q.Help, s.longestWait().Seconds())
}

// counted sends the counters of a group of a query with waiting.
func (e emitter) counted(q *config.Query, c Counters) {
	name := MetricName(q)
	desc := e.desc(name+replySeconds, "Time from the first unanswered message to the reply in seconds. "+q.Help)
	e.ch <- histogramMetric{desc, prometheus.MakeLabelPairs(desc, e.values), c.Replies}
	e.counter(name+enteredTotal, "Contacts that have joined the list or the group. "+q.Help, c.Entered, c.Created)
	const leftHelp = "Contacts that have left the list or the group, by whether they were waiting for a reply. "
	e.with("waiting", "true").counter(name+leftTotal, leftHelp+q.Help, c.LeftWaiting, c.Created)
	e.with("waiting", "false").counter(name+leftTotal, leftHelp+q.Help, c.Left, c.Created)
}

func (e emitter) with(label, value string) emitter {
	e.labels = append(e.labels[:len(e.labels):len(e.labels)], label)
	e.values = append(e.values[:len(e.values):len(e.values)], value)
	return e
}

func (e emitter) gauge(name, help string, value float64) {
	e.ch <- prometheus.MustNewConstMetric(e.desc(name, help), prometheus.GaugeValue, value, e.values...)
}

func (e emitter) counter(name, help string, value int, created time.Time) {
	e.ch <- prometheus.MustNewConstMetricWithCreatedTimestamp(e.desc(name, help), prometheus.CounterValue, float64(value), created, e.values...)
}

func (e emitter) desc(name, help string) *prometheus.Desc {
	desc := e.descs[name]
	if desc == nil {
		desc = prometheus.NewDesc(name, help, e.labels, nil)
		e.descs[name] = desc
	}
	return desc
}

// CounterCollector is a prometheus.Collector of the counters of queries with waiting.
type CounterCollector struct{ accounts []*Account }

// NewCounterCollector returns the counters of accounts as of their latest reads. It reads
// nothing.
func NewCounterCollector(accounts ...*Account) CounterCollector { return CounterCollector{accounts} }

// Describe sends nothing: this is an unchecked collector.
func (c CounterCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c CounterCollector) Collect(ch chan<- prometheus.Metric) {
	descs := make(map[string]*prometheus.Desc)
	for _, a := range c.accounts {
		e := emitter{ch: ch, descs: descs, labels: []string{"account"}, values: []string{a.Name()}}
		for _, q := range a.config.Queries {
			for _, counters := range a.counters(q) {
				e.of(q, counters.Labels).counted(q, counters)
			}
		}
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func timestamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
