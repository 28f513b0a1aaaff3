package faults

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// awaitDraining waits until a program that was told to end says that it is not ready.
func (r *running) awaitDraining(t *testing.T) {
	t.Helper()
	programtest.Eventually(t, func() error {
		if status, _ := r.Get(t, "/-/ready"); status == http.StatusOK {
			return errors.New("still ready after a SIGTERM")
		}
		return nil
	})
}

// drains checks how a program behaves that was told to end while a scrape is under
// way.
func (r *running) drains(t *testing.T) {
	t.Helper()
	r.awaitDraining(t)
	for path, want := range map[string]string{"/-/ready": "shutting down", "/metrics": "shutting down", "/probe?account=acme": "shutting down"} {
		if status, body := r.Get(t, path); status != http.StatusServiceUnavailable || !strings.Contains(body, want) {
			t.Errorf("%s while draining: %d %s", path, status, body)
		}
	}
	if status, _ := r.Get(t, "/-/healthy"); status != 200 {
		t.Errorf("/-/healthy while draining: %d", status)
	}
}

// A SIGTERM in the middle of a scrape lets it end: with all of its values if the API
// answers, with what is done by its deadline if not. No other scrape begins.
func TestShutdownInTheMiddleOfAScrape(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers bool
		timeout string
	}{
		"the API answers": {answers: true, timeout: "60"},
		"the API hangs":   {answers: false, timeout: "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			healthy := s.healthy(t)
			g := hold(s.acme)
			answered := s.begin(t, "/metrics", test.timeout)
			<-g.reached
			exited := make(chan int, 1)
			go func() { exited <- s.Stop() }()
			s.drains(t)
			want := failed(healthy, "acme", "users", "online", "closed", "waiting")
			if test.answers {
				want = healthy
				g.open()
			}
			a := <-answered
			if a.status != 200 {
				t.Errorf("status %d after %v", a.status, a.took)
			}
			same(t, "the scrape under way", want, gauges(t, a.body))
			if exit := <-exited; exit != 0 || !strings.Contains(s.Output(), "msg=stopped") {
				t.Errorf("exit code %d:\n%s", exit, s.Output())
			}
		})
	}
}

// The real binary ends well by a real SIGTERM, long before a scrape that would take a
// minute, and answers that scrape with what is done.
func TestSignalToTheRealBinary(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 14 seconds")
	}
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	r := start(t, acme.URL, zenith.URL)
	g := hold(acme)
	answered := r.begin(t, "/metrics", "60")
	<-g.reached
	r.Signal(syscall.SIGTERM)
	r.drains(t)
	a := <-answered
	want := failed(numbers("acme", acme.Inbox), "acme", "users", "online", "closed", "waiting")
	maps.Copy(want, numbers("zenith", zenith.Inbox))
	// It has 14 s to end. Without a SIGTERM it would be answered just before a minute.
	if a.status != 200 || a.took < 10*time.Second || a.took > 45*time.Second {
		t.Errorf("status %d after %v, want 200 after 14 s", a.status, a.took)
	}
	t.Logf("answered after %v", a.took)
	same(t, "the scrape under way", want, gauges(t, a.body))
	if exit := r.Wait(); exit != 0 { // and not Stop: a second signal ends it the hard way
		t.Errorf("exit code %d:\n%s", exit, r.Output())
	}
	mute(t, "the binary's output", r.Output())
}

// Scrapes beyond --web.max-requests are turned away; all else is served.
func TestMaxRequests(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.max-requests=1")
	healthy := s.healthy(t)
	g := hold(s.acme)
	answered := s.begin(t, "/metrics", "60")
	<-g.reached
	for path, want := range map[string]int{"/metrics": 503, "/probe?account=zenith": 503, "/-/ready": 200, "/-/healthy": 200, "/": 200, "/config": 200} {
		if status, body := s.Get(t, path); status != want {
			t.Errorf("%s: status %d, want %d\n%s", path, status, want, body)
		}
	}
	g.open()
	same(t, "the scrape under way", healthy, gauges(t, (<-answered).body))
	s.until(t, "the next scrape", healthy, 1, "10")
}
