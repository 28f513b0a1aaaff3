// Package web serves the exporter's HTTP: metrics, probes, the configuration in
// force, health, and a page that leads to them.
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
)

// Options say how to serve.
type Options struct {
	TelemetryPath string        // of the exporter's own metrics
	TimeoutOffset time.Duration // what a scrape ends before its timeout
	MaxRequests   int           // scrapes at a time, beyond which they get 503; 0: any number
	Accounts      bool          // run the accounts' queries for TelemetryPath, too
	Pprof         bool          // serve /debug/pprof/
	Lifecycle     bool          // allow POST /-/reload
	Reload        func() error  // loads the configuration anew and calls Use
	Registry      *prometheus.Registry
	Logger        log.Logger
}

// Inboxes is what is served: accounts and the configuration that made them. It is
// replaced as a whole.
type Inboxes struct {
	YAML     []byte // the configuration, secrets hidden
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

// Server is the exporter's http.Handler. It is not ready before Use was called.
type Server struct {
	options Options
	mux     *http.ServeMux
	inboxes atomic.Pointer[Inboxes]
	scrapes *scrapes
	series  atomic.Int64 // of all accounts, by their configuration or the latest scrape
}

// New returns a server that registers its own metrics with the registry of the
// options. TelemetryPath must have passed CheckTelemetryPath.
func New(options Options) *Server {
	s := &Server{options: options, mux: http.NewServeMux(), scrapes: newScrapes(options.MaxRequests)}
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

// Use has the server serve other inboxes from now on, and returns those that it
// served before, nil if none. Scrapes of theirs may be under way.
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

// Drain turns away new scrapes and waits until those under way have their values, but
// not until these are sent. When ctx ends they are answered with what is done.
func (s *Server) Drain(ctx context.Context) { s.scrapes.drain(ctx) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r)
}
