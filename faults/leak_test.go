package faults

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// figures are what the program says of itself.
type figures struct {
	goroutines, descriptors, heap, sys, rss float64
}

func figuresOf(t *testing.T, body string) figures {
	t.Helper()
	all := series(t, body)
	return figures{
		goroutines: all["go_goroutines"], descriptors: all["process_open_fds"],
		heap: all["go_memstats_heap_alloc_bytes"], sys: all["go_memstats_sys_bytes"], rss: all["process_resident_memory_bytes"],
	}
}

// figures returns them after a garbage collection.
func (r *running) figures(t *testing.T) figures {
	t.Helper()
	r.Get(t, "/debug/pprof/heap?gc=1")
	body, _ := r.scrape(t, "/metrics", "10")
	return figuresOf(t, body)
}

// exceed reports whether there are more goroutines or descriptors than idle connections
// to the API explain, of which there may be as many as requests in flight.
func (f figures) exceed(before figures) bool {
	return f.goroutines > before.goroutines+16 || f.descriptors > before.descriptors+8
}

// mixed is an excerpt of the matrix: something of everything.
func mixed() []inboxtest.Hook {
	var all []inboxtest.Hook
	for i, f := range slices.Concat(faultsOfTheConnection(), faultsOfTheAnswer()) {
		if f.wait == "10" || f.wait == "30" {
			continue // as slow here as there
		}
		if i < 12 || i%3 == 0 {
			all = append(all, f.hook)
		}
	}
	return all
}

const mebibyte = 1 << 20

// Scrapes that fail, each in another way, leave nothing behind.
func TestFailedScrapesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	p := start(t, acme.URL, zenith.URL, "--web.enable-pprof")
	hooks, round := mixed(), 0
	fail := func(scrapes int) {
		for range scrapes {
			round++
			closed, others := hooks[round%len(hooks)], hooks[(round+round/len(hooks))%len(hooks)]
			acme.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
				return only(asks("closed"), closed)(w, r, call) || others(w, r, call)
			})
			p.Get(t, both[round%2], timeoutHeader, "0.06")
		}
		acme.Intercept(nil)
	}
	fail(30) // whatever is made once is made by now
	before := p.figures(t)
	fail(300)
	programtest.Eventually(t, func() error { // connections end when they do
		after := p.figures(t)
		if !after.exceed(before) && after.heap < before.heap+4*mebibyte {
			t.Logf("before %+v, after 300 failed scrapes %+v", before, after)
			return nil
		}
		_, stacks := p.Get(t, "/debug/pprof/goroutine?debug=1")
		return fmt.Errorf("before %+v, after 300 failed scrapes %+v\n%s", before, after, stacks)
	})
}

// What an answer takes of memory does not depend on how long it is.
func TestMemoryDoesNotGrowWithTheAnswer(t *testing.T) {
	t.Parallel()
	acme, zenith := newInbox(t, 0), newInbox(t, 0)
	p := start(t, acme.URL, zenith.URL, "--web.enable-pprof")
	acme.Intercept(only(asks("closed"), onePageOf(500)))
	p.until(t, "with a short answer", p.withClosed(t, 500), 1, "30")
	before := p.figures(t)
	acme.Intercept(only(asks("closed"), onePageOf(500_000)))
	p.until(t, "with a long answer", p.withClosed(t, 500_000), 11, "60")
	p.until(t, "with a long answer", p.withClosed(t, 500_000), 1, "60")
	after := p.figures(t)
	t.Logf("before %+v, after answers of 59 MiB %+v", before, after)
	if after.sys > before.sys+16*mebibyte || after.rss > before.rss+32*mebibyte {
		t.Errorf("before %+v, after answers of 59 MiB %+v", before, after)
	}
}

// onePageOf answers with n contacts of 123 bytes each, all on the first page.
func onePageOf(n int) inboxtest.Hook {
	record := `,{"_id":"66e07fd940c43d176eaf0b71","platform":["WEBSITE"],"status":"CLOSED","name":"` + strings.Repeat("x", 36) + `"}`
	return func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
		if call.Page > 1 {
			io.WriteString(w, answerOf("[]"))
			return true
		}
		io.WriteString(w, `{"success":true,"data":[{"_id":"1"}`)
		chunk := strings.Repeat(record, 499)
		for range n / 500 {
			io.WriteString(w, chunk)
		}
		io.WriteString(w, strings.Repeat(record, n/500-1)+`]}`)
		return true
	}
}

// withClosed are the gauges of two empty inboxes, but for so many closed contacts.
func (r *running) withClosed(t *testing.T, n float64) map[string]float64 {
	t.Helper()
	all := numbers("acme", inboxtest.NewInbox(nil))
	maps.Copy(all, numbers("zenith", inboxtest.NewInbox(nil)))
	all[`botpenguin_inbox_closed{account="acme"}`] = n
	return all
}

// awaitNothingLeft waits until no goroutine works for a scrape any more, and until the
// figures are about what they were before.
func (r *running) awaitNothingLeft(t *testing.T, before figures) {
	t.Helper()
	programtest.Eventually(t, func() error {
		_, stacks := r.Get(t, "/debug/pprof/goroutine?debug=1")
		after := r.figures(t)
		if scraping.MatchString(stacks) || after.exceed(before) {
			return fmt.Errorf("before %+v, after %+v\n%s", before, after, stacks)
		}
		return nil
	})
}

// scraping matches the stack of a goroutine that works for a scrape.
var scraping = regexp.MustCompile(`botpenguin_exporter/(collector|inbox)[./]`)
