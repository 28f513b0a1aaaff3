package faults

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// fault is one way to misbehave, and what the program must make of it.
type fault struct {
	name   string
	hook   inboxtest.Hook // meets the query closed
	odd    func(*inboxtest.Server) inboxtest.Hook
	reason string          // of the failure; none: it is put up with, and the number is right
	want   func(n int) int // the right number, if it is another one than without the fault
	within int             // scrapes until it is right, both with the fault and after it; by default 1
	wait   string          // scrape timeout in seconds, by default 20
	set    func(s *stand)  // prepares the inbox
}

// shortWait is the scrape timeout for a fault that makes a scrape last as long.
const shortWait = "2"

// A query that meets a fault has no value and says why; the others keep theirs, nobody
// waits for longer than Prometheus does, and the next scrape is well again.
func TestFaults(t *testing.T) {
	t.Parallel()
	m := &matrix{}
	t.Run("matrix", func(t *testing.T) {
		for _, f := range append(faultsOfTheConnection(), append(faultsOfTheAnswer(), faultsOfPages()...)...) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				f.meet(t, m)
			})
		}
	})
	m.log(t)
}

func (f fault) meet(t *testing.T, m *matrix) {
	f.check(t, m, newStand(t, "--log.format="+[]string{"logfmt", "json"}[len(f.name)%2]))
}

func (f fault) check(t *testing.T, m *matrix, s *stand) {
	t.Helper()
	if f.set != nil {
		f.set(s)
	}
	if f.wait == "" {
		f.wait = "20"
	}
	f.within = max(f.within, 1)
	healthy := s.healthy(t)

	hook := f.hook
	if f.odd != nil {
		hook = f.odd(s.acme)
	}
	s.acme.Intercept(only(asks("closed"), hook))
	want := failed(healthy, "acme", "closed")
	if f.reason == "" {
		want = f.put(healthy)
	}
	during := s.until(t, "with the fault", want, f.within, f.wait)

	s.acme.Intercept(nil)
	after := s.until(t, "after the fault", healthy, f.within, f.wait)
	errors := map[string]float64{}
	if f.reason != "" {
		errors[f.reason] = 1
	}
	same(t, "failures", errors, failures(t, after.body, "acme"))
	same(t, "failures of the other account", map[string]float64{}, failures(t, after.body, "zenith"))
	s.silent(t)
	ended := s.terminate(t)
	m.add(row{fault: f.name, reason: f.reason, during: during, after: after, ended: ended, good: !t.Failed()})
}

// healthy scrapes without a fault.
func (s *stand) healthy(t *testing.T) map[string]float64 {
	t.Helper()
	healthy := numbers("acme", s.acme.Inbox)
	maps.Copy(healthy, numbers("zenith", s.zenith.Inbox))
	s.until(t, "before the fault", healthy, 1, "10")
	return healthy
}

// outcome is that of scraping until all was as it must be.
type outcome struct {
	body    string        // of the last scrape
	longest time.Duration // that a scrape took
	scrapes int
}

// until scrapes until the gauges are as wanted, at most so many times.
func (r *running) until(t *testing.T, when string, want map[string]float64, most int, wait string) (o outcome) {
	t.Helper()
	for {
		var took time.Duration
		o.body, took = r.scrape(t, "/metrics", wait)
		o.longest, o.scrapes = max(o.longest, took), o.scrapes+1
		got := gauges(t, o.body)
		if o.scrapes == most || maps.Equal(got, want) {
			if !same(t, fmt.Sprintf("%s, scrape %d", when, o.scrapes), want, got) {
				t.Log(r.Output())
			}
			return o
		}
	}
}

// put returns the gauges with the number that is right in spite of the fault.
func (f fault) put(healthy map[string]float64) map[string]float64 {
	if f.want == nil {
		return healthy
	}
	all := maps.Clone(healthy)
	const closed = `botpenguin_inbox_closed{account="acme"}`
	all[closed] = float64(f.want(int(all[closed])))
	return all
}

// matrix is what came of the faults.
type matrix struct {
	mu   sync.Mutex
	rows []row
}

type row struct {
	fault, reason string
	condition     string        // that it was combined with, if any
	during, after outcome       // with the fault, and without it again
	ended         time.Duration // how long a SIGTERM took
	good          bool
}

func (m *matrix) add(r row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = append(m.rows, r)
}

// log prints the matrix as a table.
func (m *matrix) log(t *testing.T) {
	var table strings.Builder
	for _, r := range m.rows {
		outcome := "`" + r.reason + "`"
		if r.reason == "" {
			outcome = "right number"
			if r.during.scrapes > 1 {
				outcome += fmt.Sprintf(" by scrape %d", r.during.scrapes)
			}
		}
		recovered := map[bool]string{true: fmt.Sprintf("scrape %d", r.after.scrapes), false: "FAILED"}[r.good]
		fmt.Fprintf(&table, "| %s | %s | %s | %.2f s | %s | %.2f s |\n", r.fault, cmp.Or(r.condition, "–"), outcome, r.during.longest.Seconds(), recovered, r.ended.Seconds())
	}
	t.Logf("\n| fault | together with | outcome | scrape took | well again | SIGTERM took |\n|---|---|---|---|---|---|\n%s", table.String())
}
