package faults

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
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

// awaitScrapes waits until n scrapes of an account wait for the API; /metrics scrapes both
// accounts. The program must serve profiles, which show where its goroutines are.
func (r *running) awaitScrapes(t *testing.T, n int) {
	t.Helper()
	programtest.Eventually(t, func() error {
		_, stacks := r.Get(t, "/debug/pprof/goroutine?debug=2")
		waiting := 0
		for stack := range strings.SplitSeq(stacks, "\n\n") {
			if strings.Contains(stack, "[select") && strings.Contains(stack, "collector.(*Account).Scrape(") {
				waiting++
			}
		}
		if waiting != n {
			return fmt.Errorf("%d scrapes wait, want %d:\n%s", waiting, n, stacks)
		}
		return nil
	})
}

// Twelve scrapes at a time cost the requests of one, whichever page they ask for.
func TestTwelveScrapesCostTheRequestsOfOne(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.enable-pprof")
	healthy := s.healthy(t)
	s.acme.ResetCalls()
	s.zenith.ResetCalls()
	s.until(t, "alone", healthy, 1, "10")
	alone := s.acme.Requests()

	s.acme.ResetCalls()
	acme, zenith := hold(s.acme), hold(s.zenith)
	var answered []<-chan answer
	for n := range 12 {
		answered = append(answered, s.begin(t, both[n%2], "60"))
	}
	s.awaitScrapes(t, 12+6)
	acme.open()
	zenith.open()
	for n := range answered {
		a := <-answered[n]
		if n%2 == 0 {
			same(t, "side by side", healthy, gauges(t, a.body))
		} else if !strings.Contains(a.body, "\nbotpenguin_inbox_closed ") {
			t.Errorf("a probe without a value:\n%s", a.body)
		}
	}
	if got := s.acme.Requests(); got >= 2*alone { // audits make one run cost more than another
		t.Errorf("12 scrapes at a time made %d requests; one makes about %d", got, alone)
	}
}

// A client that hangs up takes nothing from one that waits; the last one out ends what
// is under way.
func TestClientsThatHangUp(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.enable-pprof")
	healthy := s.healthy(t)
	leaving, leave := context.WithCancel(t.Context())
	acme, zenith := hold(s.acme), hold(s.zenith)
	gone := make(chan error, 1)
	visit := func() {
		_, err := s.Request(leaving, http.MethodGet, "/metrics")
		gone <- err
	}
	go visit()
	<-acme.reached
	stayed := s.begin(t, "/metrics", "60")
	s.awaitScrapes(t, 4)
	leave()
	if err := <-gone; err == nil {
		t.Error("it was answered")
	}
	acme.open()
	zenith.open()
	same(t, "for the one that stayed", healthy, gauges(t, (<-stayed).body))

	leaving, leave = context.WithCancel(t.Context())
	acme = hold(s.acme)
	s.zenith.Intercept(nil)
	go visit()
	<-acme.reached
	leave()
	<-gone
	<-acme.left // at the API, too
	s.acme.Intercept(nil)
	s.until(t, "after all have hung up", healthy, 1, "10")
	body, _ := s.scrape(t, "/metrics", "10")
	same(t, "failures", map[string]float64{}, failures(t, body, "acme"))
}
