package web

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// readTime is how long after the deadline of its scrape a client may take to read the
// answer.
const readTime = 10 * time.Second

// finder does the work of a scrape: it returns what gathers the values, or why there are
// none.
type finder func(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal)

// refusal is an answer to a scrape that has no values.
type refusal struct {
	status int
	text   string
}

func (r *refusal) write(w http.ResponseWriter) {
	if r.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	http.Error(w, r.text, r.status)
}

// scrape serves what find finds, and counts every scrape, also those that are refused.
// The answer is written after the scrape has ended for --web.max-requests, so that a
// client that does not read it keeps no other from being served.
func (s *Server) scrape(find finder) http.Handler {
	return promhttp.InstrumentMetricHandler(s.options.Registry, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		values, refused := s.gather(w, r, find)
		if refused != nil {
			refused.write(w)
			return
		}
		s.expose(w, r, values)
	}))
}

// gather returns the values that find finds, in memory.
func (s *Server) gather(w http.ResponseWriter, r *http.Request, find finder) (prometheus.Gatherer, *refusal) {
	ctx, end, refused := s.scrapes.begin(r.Context())
	if refused != nil {
		return nil, refused
	}
	defer end()
	found, refused := find(w, r.WithContext(ctx))
	if refused != nil {
		return nil, refused
	}
	return prometheus.GathererFunc(keep(found.Gather())), nil
}

// keep returns a function that returns its arguments.
func keep[T any](values T, err error) func() (T, error) {
	return func() (T, error) { return values, err }
}

// run scrapes accounts concurrently, each until its own deadline, which leaves time for
// finishing before Prometheus' timeout.
func (s *Server) run(w http.ResponseWriter, r *http.Request, f finishing, accounts ...*collector.Account) []*collector.Snapshot {
	began := time.Now()
	deadline := func(a *collector.Account) time.Time {
		return began.Add(timeout(r.Header, f, a.Timeout()))
	}
	latest := began
	for _, account := range accounts {
		if d := deadline(account); d.After(latest) {
			latest = d
		}
	}
	extend(w, latest)
	return collector.ScrapeAll(accounts, func(a *collector.Account) *collector.Snapshot {
		return a.Scrape(r.Context(), deadline(a))
	})
}

// extend gives the client until readTime after a deadline to read the answer, whatever
// the server's own timeout says.
func extend(w http.ResponseWriter, deadline time.Time) {
	_ = http.NewResponseController(w).SetWriteDeadline(deadline.Add(readTime)) // unsupported only in tests
}
