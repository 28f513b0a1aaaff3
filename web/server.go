// Package web is the exporter's HTTP server: metrics, probes, service discovery, the
// current configuration, reloads, health checks and a home page with links to them.
package web

import (
	"context"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Options configure a Server. Registry and Logger are required, and so is Reload with
// Lifecycle.
type Options struct {
	TelemetryPath string               // where to expose the exporter's own metrics
	TimeoutOffset time.Duration        // subtracted from Prometheus' scrape timeout, at most a fifth of it
	MaxRequests   int                  // limit on concurrent scrapes; 0: none
	Accounts      bool                 // expose the metrics of all accounts under TelemetryPath, too
	Pprof         bool                 // serve /debug/pprof/
	Lifecycle     bool                 // enable POST /-/reload
	Reload        func() error         // reloads the configuration and calls Use
	Secrets       *inbox.Secrets       // not shown on any page
	Registry      *prometheus.Registry // of the exporter's own metrics
	Logger        log.Logger
}

// Inboxes are the accounts to serve and the configuration that they were made from.
type Inboxes struct {
	YAML     []byte // the configuration without secrets
	Accounts []*collector.Account
}

func (i *Inboxes) account(name string) *collector.Account {
	for _, account := range i.Accounts {
		if account.Name() == name {
			return account
		}
	}
	return nil
}

// Server is the exporter's http.Handler. It is not ready until Use is called.
type Server struct {
	options  Options
	mux      *http.ServeMux
	inboxes  atomic.Pointer[Inboxes]
	inFlight *inFlight
	series   atomic.Int64 // of all accounts: estimated from the configuration, then counted in each scrape
}

// New returns a server. It registers its own metrics with options.Registry.
// options.TelemetryPath must have passed CheckTelemetryPath.
func New(options Options) *Server {
	s := &Server{options: options, mux: http.NewServeMux(), inFlight: newInFlight(options.MaxRequests)}
	s.mux.Handle("GET "+options.TelemetryPath, s.scrape(s.metrics))
	s.mux.Handle("GET /probe", s.scrape(s.probe))
	s.mux.HandleFunc("GET /config", s.config)
	s.mux.HandleFunc("GET /-/healthy", s.healthy)
	s.mux.HandleFunc("GET /-/ready", s.ready)
	s.mux.HandleFunc("GET /sd", s.discover)
	s.mux.HandleFunc("POST /-/reload", s.reload)
	s.mux.HandleFunc("GET /{$}", s.home)
	if options.Pprof {
		s.mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		s.mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		s.mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		s.mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		s.mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return s
}

// Use replaces the inboxes that the server serves, and returns the previous ones, nil if
// there were none. Scrapes of those may still be in flight.
func (s *Server) Use(inboxes *Inboxes) *Inboxes {
	series := 0
	if inboxes != nil {
		for _, account := range inboxes.Accounts {
			series += account.Series()
		}
	}
	s.series.Store(int64(series))
	return s.inboxes.Swap(inboxes)
}

// Drain refuses new scrapes and waits for those in flight, but not until their responses
// are sent. When ctx ends, scrapes in flight are canceled and respond with what is done.
func (s *Server) Drain(ctx context.Context) { s.inFlight.drain(ctx) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r)
}
