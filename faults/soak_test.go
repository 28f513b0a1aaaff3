//go:build soak

package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// TestSoak scrapes for SOAKTIME while faults come and go at random, and prints what came
// of it in one line. In the end all must be as it was in the beginning.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SOAKTIME"))
	if err != nil {
		length = 3 * time.Minute
	}
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	p := start(t, acme.URL, zenith.URL, "--web.enable-pprof")
	stop := make(chan struct{})
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		changeFaults(stop, acme, zenith)
	}()

	first := p.figures(t)
	peak, scrapes, slowest := first, 0, time.Duration(0)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); scrapes++ {
		<-tick.C
		a := <-p.begin(t, "/metrics", "2")
		slowest = max(slowest, a.took)
		if a.status != 200 {
			t.Errorf("status %d", a.status)
		}
		mute(t, "/metrics", a.body)
		peak = higher(peak, figuresOf(t, a.body))
	}
	close(stop)
	<-changed
	for _, inbox := range []*inboxtest.Server{acme, zenith} {
		inbox.Intercept(nil)
		inbox.SetPageSize(10)
	}
	healthy := numbers("acme", acme.Inbox)
	maps.Copy(healthy, numbers("zenith", zenith.Inbox))
	body, _ := p.scrape(t, "/metrics", "10")
	for name := range gauges(t, body) {
		if strings.Contains(name, `channel="none"`) {
			healthy[name] = 0 // a group that was once seen stays
		}
	}
	p.until(t, "at the end", healthy, 11, "10")
	last := p.figures(t)
	if last.exceed(first) || last.heap > first.heap+4*mebibyte {
		_, stacks := p.Get(t, "/debug/pprof/goroutine?debug=1")
		t.Errorf("at the start %+v, at the end %+v\n%s", first, last, stacks)
	}
	mute(t, "the log", p.Output())
	body, _ = p.scrape(t, "/metrics", "10")
	fmt.Printf("soak of %v: %d scrapes, the slowest %v (timeout 2s); failed queries: %s; goroutines %.0f, peak %.0f, end %.0f; descriptors %.0f, peak %.0f, end %.0f; RSS %.0f MiB, peak %.0f, end %.0f\n",
		length, scrapes, slowest.Round(time.Millisecond), reasons(failures(t, body, "acme"), failures(t, body, "zenith")),
		first.goroutines, peak.goroutines, last.goroutines, first.descriptors, peak.descriptors, last.descriptors,
		first.rss/mebibyte, peak.rss/mebibyte, last.rss/mebibyte)
}

// changeFaults has each inbox misbehave in another way every second, for one query or
// for all, or behave.
func changeFaults(stop <-chan struct{}, inboxes ...*inboxtest.Server) {
	all := slices.Concat(faultsOfTheConnection(), faultsOfTheAnswer(), faultsOfPages())
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		for _, inbox := range inboxes {
			f := all[rand.IntN(len(all))]
			hook := f.hook
			if f.odd != nil {
				hook = f.odd(inbox)
			}
			switch rand.IntN(5) {
			case 0:
				hook = nil
			case 1, 2:
				hook = only(asks([]string{"closed", "online", "waiting"}[rand.IntN(3)]), hook)
			case 3:
				hook = sometimes(hook)
			}
			inbox.Intercept(hook)
			inbox.SetPageSize([]int{10, 10, 10, 7, 25}[rand.IntN(5)])
		}
		select {
		case <-tick.C:
		case <-stop:
			return
		}
	}
}

// sometimes has a hook meet every third request.
func sometimes(hook inboxtest.Hook) inboxtest.Hook {
	return func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		return rand.IntN(3) == 0 && hook(w, r, call)
	}
}

func higher(a, b figures) figures {
	return figures{
		max(a.goroutines, b.goroutines), max(a.descriptors, b.descriptors), max(a.heap, b.heap), max(a.sys, b.sys), max(a.rss, b.rss),
	}
}

// reasons lists the failures of accounts together.
func reasons(accounts ...map[string]float64) string {
	sum := make(map[string]float64)
	for _, account := range accounts {
		for reason, n := range account {
			sum[reason] += n
		}
	}
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(sum)) {
		all = append(all, fmt.Sprintf("%s %.0f", reason, sum[reason]))
	}
	return strings.Join(all, ", ")
}
