package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// metrics is the finder of the telemetry path: the exporter's own metrics and, unless
// disabled, those of all accounts. A HEAD request makes no API requests.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal) {
	inboxes := s.inboxes.Load()
	if inboxes == nil || !s.options.Accounts || r.Method == http.MethodHead {
		return s.options.Registry, nil
	}
	snapshots := s.run(w, r, s.reserve(), inboxes.Accounts...)
	series := 0
	for _, snapshot := range snapshots {
		series += snapshot.Series()
	}
	s.series.Store(int64(series))
	return prometheus.Gatherers{s.options.Registry, registryOf(collector.NewGauges(snapshots...))}, nil
}

// probe is the finder of /probe: the gauges of one account. A HEAD request makes no API
// requests.
func (s *Server) probe(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		return nil, &refusal{http.StatusServiceUnavailable, noConfiguration}
	}
	name := r.URL.Query().Get("account")
	if name == "" {
		return nil, &refusal{http.StatusBadRequest, "account parameter is missing: use /probe?account=NAME"}
	}
	account := inboxes.account(name)
	switch {
	case account == nil:
		return nil, &refusal{http.StatusNotFound, fmt.Sprintf("no account %.100q in the configuration", name)}
	case r.Method == http.MethodHead:
		return prometheus.Gatherers{}, nil
	}
	return registryOf(collector.NewProbeGauges(s.run(w, r, reserve{offset: s.options.TimeoutOffset}, account)[0])), nil
}

func registryOf(c prometheus.Collector) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	return registry
}

// expose writes the metrics in the format that the client prefers. Metrics that cannot
// be gathered are left out.
func (s *Server) expose(w http.ResponseWriter, r *http.Request, values prometheus.Gatherer) {
	promhttp.HandlerFor(values, promhttp.HandlerOpts{
		ErrorLog:          errorLog{s},
		ErrorHandling:     promhttp.ContinueOnError,
		Registry:          s.options.Registry,
		EnableOpenMetrics: true,
	}).ServeHTTP(w, r)
}

// errorLog logs the errors of promhttp.
type errorLog struct{ server *Server }

// Println implements promhttp.Logger. An error while gathering is a bug and logged as an
// error; an error while sending means that the client has disconnected.
func (l errorLog) Println(v ...any) {
	leveled := level.Debug(l.server.options.Logger)
	message := fmt.Sprint(v...)
	if strings.Contains(message, "gathering") {
		leveled = level.Error(l.server.options.Logger)
	}
	leveled.Log("msg", "serving metrics failed", "err", message)
}
