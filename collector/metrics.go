package collector

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Metrics are the counters and histograms of all accounts: what goes on between the
// exporter and the API. They outlast a change of the configuration.
type Metrics struct {
	requests *prometheus.CounterVec
	retries  *prometheus.CounterVec
	audits   *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	errors   *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics returns metrics without any account.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"account"}, labels...))
	}
	return &Metrics{
		requests: counter("botpenguin_api_requests_total", "Requests to the inbox API by HTTP status code, or error where there was no response.", "code"),
		retries:  counter("botpenguin_api_retries_total", "Requests to the inbox API that were made again after a failure."),
		audits:   counter("botpenguin_pages_audited_total", "Pages before the last that were read to see whether they are full, as counting assumes, by what they were found to be.", "result"),
		bytes:    counter("botpenguin_api_response_bytes_total", "Bytes of the inbox API's answers, decompressed."),
		errors:   counter("botpenguin_query_errors_total", "Queries that failed in a scrape, by reason.", "reason"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                        "botpenguin_api_request_duration_seconds",
			Help:                        "Time from a request to the inbox API to the end of its answer.",
			Buckets:                     []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
			NativeHistogramBucketFactor: 1.1,
		}, []string{"account"}),
	}
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.retries, m.audits, m.bytes, m.errors, m.duration}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range m.all() {
		c.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	for _, c := range m.all() {
		c.Collect(ch)
	}
}

// Forget removes the series of an account that is not there any more.
func (m *Metrics) Forget(account string) {
	labels := prometheus.Labels{"account": account}
	m.requests.DeletePartialMatch(labels)
	m.retries.DeletePartialMatch(labels)
	m.audits.DeletePartialMatch(labels)
	m.bytes.DeletePartialMatch(labels)
	m.errors.DeletePartialMatch(labels)
	m.duration.DeletePartialMatch(labels)
}

// accountMetrics are the Metrics of one account.
type accountMetrics struct {
	requests *prometheus.CounterVec
	retries  prometheus.Counter
	audits   *prometheus.CounterVec
	bytes    prometheus.Counter
	errors   *prometheus.CounterVec
	duration prometheus.Observer
}

// account returns the metrics of an account, those of which the labels are known
// present from the start.
func (m *Metrics) account(name string) *accountMetrics {
	labels := prometheus.Labels{"account": name}
	am := &accountMetrics{
		requests: m.requests.MustCurryWith(labels),
		retries:  m.retries.With(labels),
		audits:   m.audits.MustCurryWith(labels),
		bytes:    m.bytes.With(labels),
		errors:   m.errors.MustCurryWith(labels),
		duration: m.duration.With(labels),
	}
	for _, reason := range inbox.Reasons() {
		am.errors.WithLabelValues(string(reason))
	}
	am.audits.WithLabelValues("full")
	am.audits.WithLabelValues("irregular")
	return am
}

func (m *accountMetrics) retried() { m.retries.Inc() }

func (m *accountMetrics) failed(reason inbox.Reason) { m.errors.WithLabelValues(string(reason)).Inc() }

func (m *accountMetrics) audited(full bool) {
	if full {
		m.audits.WithLabelValues("full").Inc()
	} else {
		m.audits.WithLabelValues("irregular").Inc()
	}
}

// observe counts a request.
func (a *Account) observe(x inbox.Exchange) {
	a.metrics.requests.WithLabelValues(code(x)).Inc()
	a.metrics.duration.Observe(x.Duration.Seconds())
	a.metrics.bytes.Add(float64(x.Bytes))
}

// code is what metrics and logs call the answer to a request.
func code(x inbox.Exchange) string {
	if x.Status == 0 {
		return "error"
	}
	return strconv.Itoa(x.Status)
}
