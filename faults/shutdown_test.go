package faults

import (
	"maps"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// answer is what a scrape got.
type answer struct {
	status int
	body   string
	took   time.Duration
}

// begin begins a scrape, whose answer comes later.
func (r *running) begin(t *testing.T, seconds string) <-chan answer {
	answered := make(chan answer, 1)
	go func() {
		began := time.Now()
		status, body := r.Get(t, "/metrics", timeoutHeader, seconds)
		answered <- answer{status, body, time.Since(began)}
	}()
	return answered
}

// drains checks how a program behaves that was told to end while a scrape is under
// way.
func (r *running) drains(t *testing.T) {
	t.Helper()
	for status := 200; status == 200; {
		status, _ = r.Get(t, "/-/ready")
	}
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
	for _, answers := range []bool{true, false} {
		t.Run(map[bool]string{true: "the API answers", false: "the API hangs"}[answers], func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			healthy := s.healthy(t)
			g := hold(s.acme)
			answered := s.begin(t, "3")
			<-g.reached
			exited := make(chan int, 1)
			go func() { exited <- s.Stop() }()
			s.drains(t)
			want := failed(healthy, "acme", "users", "online", "closed", "waiting")
			if answers {
				want = healthy
				g.open()
			}
			a := <-answered
			if a.status != 200 || a.took > 3*time.Second {
				t.Errorf("status %d after %v", a.status, a.took)
			}
			same(t, "the scrape under way", want, gauges(t, a.body))
			if exit := <-exited; exit != 0 || !strings.Contains(s.Output(), "msg=stopped") {
				t.Errorf("exit code %d:\n%s", exit, s.Output())
			}
		})
	}
}

// The real binary ends well by a real SIGTERM, within 15 seconds even if a scrape would
// take a minute, and answers that scrape with what is done.
func TestSignalToTheRealBinary(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 14 seconds")
	}
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	r := start(t, acme.URL, zenith.URL)
	g := hold(acme)
	answered := r.begin(t, "60")
	<-g.reached
	r.Signal(syscall.SIGTERM)
	r.drains(t)
	a := <-answered
	want := failed(numbers("acme", acme.Inbox), "acme", "users", "online", "closed", "waiting")
	maps.Copy(want, numbers("zenith", zenith.Inbox))
	if a.status != 200 || a.took < 10*time.Second || a.took > 20*time.Second {
		t.Errorf("status %d after %v, want 200 after 14 s", a.status, a.took)
	}
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
	answered := s.begin(t, "20")
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
