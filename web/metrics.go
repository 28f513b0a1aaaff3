package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// metrics serves the exporter's own metrics and, if the options say so, those of all
// accounts, which it scrapes side by side.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil || !s.options.Accounts {
		s.expose(w, r, s.options.Registry)
		return
	}
	snapshots := collector.ScrapeAll(inboxes.Accounts, func(a *collector.Account) *collector.Snapshot { return s.scrape(r, a) })
	s.expose(w, r, s.options.Registry, registryOf(collector.NewGauges(snapshots...)))
}

// probe serves the gauges of one account.
func (s *Server) probe(w http.ResponseWriter, r *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		http.Error(w, "no configuration is in force yet", http.StatusServiceUnavailable)
		return
	}
	name := r.URL.Query().Get("account")
	if name == "" {
		http.Error(w, "the parameter account is missing: /probe?account=NAME", http.StatusBadRequest)
		return
	}
	account := inboxes.account(name)
	if account == nil {
		http.Error(w, fmt.Sprintf("there is no account %.100q in the configuration", name), http.StatusNotFound)
		return
	}
	s.expose(w, r, registryOf(collector.NewProbeGauges(s.scrape(r, account))))
}

func (s *Server) scrape(r *http.Request, account *collector.Account) *collector.Snapshot {
	deadline := time.Now().Add(timeout(r.Header, s.options.TimeoutOffset, account.Timeout()))
	return account.Scrape(r.Context(), deadline)
}

func registryOf(c prometheus.Collector) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	return registry
}

// expose writes what the gatherers have in the format that the client prefers. What
// cannot be gathered does not take the rest away.
func (s *Server) expose(w http.ResponseWriter, r *http.Request, gatherers ...prometheus.Gatherer) {
	promhttp.HandlerFor(prometheus.Gatherers(gatherers), promhttp.HandlerOpts{
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
