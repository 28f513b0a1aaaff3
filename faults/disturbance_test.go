package faults

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// A reload in the middle of a scrape that hangs lets it end as it began, and the next one
// asks anew.
func TestReloadInTheMiddleOfAScrape(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.enable-lifecycle")
	healthy := s.healthy(t)
	g := hold(s.acme)
	answered := s.begin(t, "/metrics", "2")
	<-g.reached
	if status, body := s.Post(t, "/-/reload"); status != 200 {
		t.Fatalf("reload: %d %s", status, body)
	}
	a := <-answered
	if a.status != 200 {
		t.Errorf("status %d after %v", a.status, a.took)
	}
	same(t, "the scrape under way", failed(healthy, "acme", "users", "online", "closed", "waiting"), gauges(t, a.body))
	g.open()
	s.until(t, "after the reload", healthy, 1, "10")
}

// A reload forgets that the API asked to be left alone.
func TestReloadForgetsRetryAfter(t *testing.T) {
	t.Parallel()
	s := newStand(t, "--web.enable-lifecycle")
	healthy := s.healthy(t)
	s.acme.Intercept(says(http.StatusTooManyRequests, "", "Retry-After", "3600"))
	want := failed(healthy, "acme", "users", "online", "closed", "waiting")
	s.until(t, "when asked to wait", want, 1, "5")
	s.acme.Intercept(nil)
	s.until(t, "while waiting", want, 1, "5")
	if status, body := s.Post(t, "/-/reload"); status != 200 {
		t.Fatalf("reload: %d %s", status, body)
	}
	s.until(t, "after the reload", healthy, 1, "5")
}

// A count that hangs ends when it is told to.
func TestCountIsInterrupted(t *testing.T) {
	t.Parallel()
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	g := hold(acme)
	env := programtest.Env{"ACME": acme.URL, "ZENITH": zenith.URL, "TOKEN": canary}
	count := programtest.Launch(t, watched, env, "count", "--config.file="+programtest.WriteFile(t, "stand.yml", standYAML))
	<-g.reached
	count.Signal(syscall.SIGINT)
	if exit := count.Wait(); exit != 1 || !strings.Contains(count.Output(), "acme") {
		t.Errorf("exit code %d\n%s", exit, count.Output())
	}
	mute(t, "count", count.Output())
}
