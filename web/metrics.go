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

// metrics finds the exporter's own metrics and, if the options say so, those of all
// accounts. A HEAD asks no API.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal) {
	inboxes := s.inboxes.Load()
	if inboxes == nil || !s.options.Accounts || r.Method == http.MethodHead {
		return s.options.Registry, nil
	}
	snapshots := s.run(w, r, s.finishing(), inboxes.Accounts...)
	series := 0
	for _, snapshot := range snapshots {
		series += snapshot.Series()
	}
	s.series.Store(int64(series))
	return prometheus.Gatherers{s.options.Registry, registryOf(collector.NewGauges(snapshots...))}, nil
}

// probe finds the gauges of one account. A HEAD asks no API.
func (s *Server) probe(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		return nil, &refusal{http.StatusServiceUnavailable, "no configuration is in force yet"}
	}
	name := r.URL.Query().Get("account")
	if name == "" {
		return nil, &refusal{http.StatusBadRequest, "the parameter account is missing: /probe?account=NAME"}
	}
	account := inboxes.account(name)
	switch {
	case account == nil:
		return nil, &refusal{http.StatusNotFound, fmt.Sprintf("there is no account %.100q in the configuration", name)}
	case r.Method == http.MethodHead:
		return prometheus.Gatherers{}, nil
	}
	return registryOf(collector.NewProbeGauges(s.run(w, r, finishing{offset: s.options.TimeoutOffset}, account)[0])), nil
}

func registryOf(c prometheus.Collector) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	return registry
}

// expose writes values in the format that the client prefers. What cannot be gathered
// does not take the rest away.
func (s *Server) expose(w http.ResponseWriter, r *http.Request, values prometheus.Gatherer) {
	promhttp.HandlerFor(values, promhttp.HandlerOpts{
		ErrorLog:          errorLog{s},
		ErrorHandling:     promhttp.ContinueOnError,
		Registry:          s.options.Registry,
		EnableOpenMetrics: true,
	}).ServeHTTP(w, r)
}

// errorLog is how promhttp tells what it could not serve.
type errorLog struct{ server *Server }

// Println logs what promhttp says. A client that hangs up is its own affair; metrics
// that contradict each other are not.
func (l errorLog) Println(v ...any) {
	leveled := level.Debug(l.server.options.Logger)
	message := fmt.Sprint(v...)
	if strings.Contains(message, "gathering") {
		leveled = level.Error(l.server.options.Logger)
	}
	leveled.Log("msg", "serving metrics", "err", message)
}
