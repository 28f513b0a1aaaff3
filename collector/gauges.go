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

// MetricName returns the name of a query's metric.
func MetricName(q *config.Query) string { return "botpenguin_inbox_" + q.Name }

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

// Gauges is a prometheus.Collector that turns snapshots into gauges. It is meant for a
// single gathering.
type Gauges struct {
	snapshots []*Snapshot
	account   bool
}

// NewGauges returns the gauges of snapshots of different accounts, with the label
// account.
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
			e.labels, e.values = []string{"account"}, []string{s.Account}
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
			e.series(r.Query, series)
		}
	}
}

func (e emitter) series(q *config.Query, s Series) {
	for _, name := range q.LabelNames {
		e = e.with(name, s.Labels[name])
	}
	e.gauge(MetricName(q), q.Help, float64(s.Contacts))
	if q.Oldest != "" {
		e.gauge(MetricName(q)+"_oldest_seconds", "Age of the oldest matching contact in seconds, 0 if there is none. "+q.Help, s.Oldest.Seconds())
	}
}

func (e emitter) with(label, value string) emitter {
	e.labels = append(e.labels[:len(e.labels):len(e.labels)], label)
	e.values = append(e.values[:len(e.values):len(e.values)], value)
	return e
}

func (e emitter) gauge(name, help string, value float64) {
	desc := e.descs[name]
	if desc == nil {
		desc = prometheus.NewDesc(name, help, e.labels, nil)
		e.descs[name] = desc
	}
	e.ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, e.values...)
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func timestamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
