package faults

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// gate holds back the requests to an inbox until it is opened.
type gate struct {
	reached chan struct{} // has a value for each request
	left    chan struct{} // has a value for each that was given up meanwhile
	opened  chan struct{}
}

func hold(server *inboxtest.Server) *gate {
	g := &gate{make(chan struct{}, 1000), make(chan struct{}, 1000), make(chan struct{})}
	server.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		g.reached <- struct{}{}
		select {
		case <-g.opened:
			return false
		case <-r.Context().Done():
			g.left <- struct{}{}
			return true
		}
	})
	return g
}

func (g *gate) open() { close(g.opened) }

// busy waits until as many scrapes are under way as --web.max-requests allows.
func (r *running) busy(t *testing.T) {
	t.Helper()
	for {
		status, body := r.Get(t, "/probe?account=nobody")
		if status == http.StatusServiceUnavailable && strings.Contains(body, "max-requests") {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Twelve scrapes at a time cost the requests of one, whichever page they ask for.
func TestTwelveScrapesCostTheRequestsOfOne(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.max-requests=12")
	healthy := s.healthy(t)
	s.acme.ResetCalls()
	s.zenith.ResetCalls()
	s.until(t, "alone", healthy, 1, "10")
	alone := s.acme.Requests()

	s.acme.ResetCalls()
	g := hold(s.acme)
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			body, _ := s.scrape(t, both[n%2], "20")
			if n%2 == 0 {
				same(t, "side by side", healthy, gauges(t, body))
			} else if !strings.Contains(body, "\nbotpenguin_inbox_closed ") {
				t.Errorf("a probe without a value:\n%s", body)
			}
		})
	}
	<-g.reached
	s.busy(t)
	time.Sleep(100 * time.Millisecond) // from the door to the desk
	g.open()
	all.Wait()
	if got := s.acme.Requests(); got != alone {
		t.Errorf("12 scrapes at a time made %d requests; one makes %d", got, alone)
	}
}

// A client that hangs up takes nothing from one that waits; the last one out ends what
// is under way.
func TestClientsThatHangUp(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.max-requests=2")
	healthy := s.healthy(t)
	leaving, leave := context.WithCancel(t.Context())
	g := hold(s.acme)
	gone := make(chan error, 1)
	go func() { gone <- s.visit(leaving) }()
	<-g.reached
	stayed := make(chan string)
	go func() {
		body, _ := s.scrape(t, "/metrics", "20")
		stayed <- body
	}()
	s.busy(t)
	leave()
	if err := <-gone; err == nil {
		t.Error("it was answered")
	}
	g.open()
	same(t, "for the one that stayed", healthy, gauges(t, <-stayed))

	leaving, leave = context.WithCancel(t.Context())
	g = hold(s.acme)
	go func() { gone <- s.visit(leaving) }()
	<-g.reached
	leave()
	<-gone
	<-g.left // at the API, too
	s.acme.Intercept(nil)
	s.until(t, "after all have hung up", healthy, 1, "10")
	body, _ := s.scrape(t, "/metrics", "10")
	same(t, "failures", map[string]float64{}, failures(t, body, "acme"))
}

// visit scrapes until ctx ends.
func (r *running) visit(ctx context.Context) error {
	_, err := r.Request(ctx, http.MethodGet, "/metrics")
	return err
}
