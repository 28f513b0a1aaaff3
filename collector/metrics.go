package collector

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Metrics are the counters and histograms about API requests and failures of all
// accounts. They survive a reload of the configuration.
type Metrics struct {
	requests *prometheus.CounterVec
	retries  *prometheus.CounterVec
	audits   *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	errors   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	stuck    *prometheus.GaugeVec
}

func newMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"account"}, labels...))
	}
	return &Metrics{
		requests: counter("botpenguin_api_requests_total", "Requests to the inbox API by HTTP status code, other for unknown codes, or error if there was no response.", "code"),
		retries:  counter("botpenguin_api_retries_total", "Retries of failed requests to the inbox API."),
		audits:   counter("botpenguin_pages_audited_total", "Audited pages by result: full if they are as counting assumes, otherwise irregular.", "result"),
		bytes:    counter("botpenguin_api_response_bytes_total", "Size of the inbox API's responses in bytes, after decompression."),
		errors:   counter("botpenguin_query_errors_total", "Failed queries by reason.", "reason"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                        "botpenguin_api_request_duration_seconds",
			Help:                        "Duration of requests to the inbox API in seconds, including reading the response.",
			Buckets:                     []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
			NativeHistogramBucketFactor: 1.1,
			// At most so many buckets; if that is not enough, the histogram is reset, but
			// not more often than once an hour, and then its resolution is reduced.
			NativeHistogramMaxBucketNumber:  160,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"account"}),
		stuck: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "botpenguin_stuck_runs",
			Help: "Ended runs with requests that have not returned since their deadline.",
		}, []string{"account"}),
	}
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.retries, m.audits, m.bytes, m.errors, m.duration, m.stuck}
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

// forget removes the series of a removed account.
func (m *Metrics) forget(account string) {
	labels := prometheus.Labels{"account": account}
	for _, vec := range []interface {
		DeletePartialMatch(prometheus.Labels) int
	}{m.requests, m.retries, m.audits, m.bytes, m.errors, m.duration, m.stuck} {
		vec.DeletePartialMatch(labels)
	}
}

// accountMetrics are the Metrics of one account.
type accountMetrics struct {
	requests *prometheus.CounterVec
	retries  prometheus.Counter
	audits   *prometheus.CounterVec
	bytes    prometheus.Counter
	errors   *prometheus.CounterVec
	duration prometheus.Observer
	stuck    prometheus.Gauge
}

// account returns the metrics of an account. It initializes the series with known labels.
func (m *Metrics) account(name string) *accountMetrics {
	labels := prometheus.Labels{"account": name}
	am := &accountMetrics{
		requests: m.requests.MustCurryWith(labels),
		retries:  m.retries.With(labels),
		audits:   m.audits.MustCurryWith(labels),
		bytes:    m.bytes.With(labels),
		errors:   m.errors.MustCurryWith(labels),
		duration: m.duration.With(labels),
		stuck:    m.stuck.With(labels),
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

func (m *accountMetrics) stuckRunBegan() { m.stuck.Inc() }

func (m *accountMetrics) stuckRunEnded() { m.stuck.Dec() }

// observe records a request.
func (m *accountMetrics) observe(x inbox.Exchange) {
	m.requests.WithLabelValues(code(x)).Inc()
	m.duration.Observe(x.Duration.Seconds())
	m.bytes.Add(float64(x.Bytes))
}

// code returns the value of the label code: "error" if there was no response, "other" for
// a status that HTTP does not define, because an API could otherwise create any number of
// series.
func code(x inbox.Exchange) string {
	switch {
	case x.Status == 0:
		return "error"
	case http.StatusText(x.Status) == "":
		return "other"
	default:
		return strconv.Itoa(x.Status)
	}
}
