package web

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// readTimeout is how long after the deadline of its scrape a client may take to read the
// response.
const readTimeout = 10 * time.Second

// finder does the work of a scrape and returns its metrics, or a refusal.
type finder func(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal)

// refusal is the response to a scrape that is not served.
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

// scrape returns a handler that serves the metrics of a finder and counts all scrapes,
// including refused ones. The response is written after the scrape has released its slot
// of --web.max-requests, so that a slow client does not block others.
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

// gather gathers the metrics of a finder into memory, in a slot of --web.max-requests.
func (s *Server) gather(w http.ResponseWriter, r *http.Request, find finder) (prometheus.Gatherer, *refusal) {
	ctx, release, refused := s.inFlight.acquire(r.Context())
	if refused != nil {
		return nil, refused
	}
	defer release()
	found, refused := find(w, r.WithContext(ctx))
	if refused != nil {
		return nil, refused
	}
	return prometheus.GathererFunc(constant(found.Gather())), nil
}

// constant returns a function that returns the arguments of constant.
func constant[T any](value T, err error) func() (T, error) {
	return func() (T, error) { return value, err }
}

// run scrapes accounts concurrently, each until its own deadline, and reserves time to
// send the response before Prometheus' timeout.
func (s *Server) run(w http.ResponseWriter, r *http.Request, reserved reserve, accounts ...*collector.Account) []*collector.Snapshot {
	began := time.Now()
	deadline := func(a *collector.Account) time.Time {
		return began.Add(timeout(r.Header, reserved, a.Timeout()))
	}
	latest := began
	for _, account := range accounts {
		if d := deadline(account); d.After(latest) {
			latest = d
		}
	}
	extendWriteDeadline(w, latest)
	return collector.ScrapeAll(accounts, func(a *collector.Account) *collector.Snapshot {
		return a.Scrape(r.Context(), deadline(a))
	})
}

// extendWriteDeadline gives the client until readTimeout after the deadline of its scrape
// to read the response. It overrides the server's WriteTimeout.
func extendWriteDeadline(w http.ResponseWriter, deadline time.Time) {
	_ = http.NewResponseController(w).SetWriteDeadline(deadline.Add(readTimeout)) // unsupported only in tests
}
