package faults

import (
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// combination is a fault that the query closed of the account acme meets, under a
// condition.
type combination struct {
	fault     fault
	condition condition
	account   string // whose credential source fails, if one does
}

// combinations has every fault meet one condition. The conditions take turns within
// each kind of fault, so that each meets every kind, and also a fault that hangs. A
// credential source that fails is first that of the account without the fault, which
// the other one must not notice; on the next turn that of the account with the fault.
func combinations(t *testing.T) []combination {
	t.Helper()
	all, accounts := conditions(), []string{"zenith", "acme"}
	var combined []combination
	hangs := make(map[string]bool) // the conditions that one that hangs meets
	for _, faults := range [][]fault{faultsOfTheConnection(), faultsOfTheAnswer(), faultsOfPages()} {
		if len(faults) < len(all) {
			t.Errorf("the %d faults of the kind of %q do not meet all %d conditions", len(faults), faults[0].name, len(all))
		}
		for i, f := range faults {
			c := combination{f, all[i%len(all)], accounts[i/len(all)%2]}
			combined = append(combined, c)
			hangs[c.condition.name] = hangs[c.condition.name] || f.wait == shortWait
		}
	}
	for _, c := range all {
		if !hangs[c.name] {
			t.Errorf("no fault that hangs meets the condition %q", c.name)
		}
	}
	return combined
}

// Whatever else goes wrong at the same time, a scrape is answered in time, with fresh
// numbers of what works and with none of what does not, and says why. When all is well
// again, so are the numbers, and nothing is left behind. A SIGTERM ends it all.
func TestFaultsCombined(t *testing.T) {
	t.Parallel()
	m := &matrix{}
	t.Run("matrix", func(t *testing.T) {
		for _, c := range combinations(t) {
			t.Run(c.fault.name+" and "+c.condition.name, func(t *testing.T) {
				t.Parallel()
				c.check(t, m)
			})
		}
	})
	m.log(t)
}

func (c combination) check(t *testing.T, m *matrix) {
	if c.fault.wait == "" {
		c.fault.wait = "20"
	}
	var source *source
	if c.condition.source != nil {
		source = c.condition.source(t)
	}
	s := c.boot(t, source)
	if c.fault.set != nil {
		c.fault.set(s)
	}
	before := s.figuresWhenHealthy(t)
	hook := c.fault.hook
	if c.fault.odd != nil {
		hook = c.fault.odd(s.acme)
	}
	begin := func() (end func()) {
		s.acme.Intercept(only(asks("closed"), hook))
		if source != nil {
			source.fails(t)
		}
		var unread []net.Conn
		for range c.condition.unread {
			unread = append(unread, s.connect(t, aScrape(c.fault.wait)))
		}
		return func() {
			s.acme.Intercept(nil)
			if source != nil {
				source.works(t)
			}
			for _, conn := range unread {
				conn.Close()
			}
		}
	}

	end := begin()
	during := c.during(t, s, source)
	end()
	after := s.until(t, "after the fault", s.numbers(), max(c.fault.within, 1), c.fault.wait)
	for account, reason := range c.reasons(source) {
		if got := failures(t, after.body, account); len(got) != min(len(reason), 1) || len(got) == 1 && got[reason] == 0 {
			t.Errorf("failures of %s: %v, want only %q", account, got, reason)
		}
	}
	s.awaitNothingLeft(t, before)
	s.silent(t)

	begin()
	s.connect(t, aScrape(c.fault.wait))
	s.Get(t, "/-/healthy") // by then the scrape has arrived
	ended := s.terminate(t)
	m.add(row{fault: c.fault.name, reason: c.fault.reason, condition: c.name(), during: during, after: after, ended: ended, good: !t.Failed()})
}

func (c combination) name() string {
	if c.condition.source == nil {
		return c.condition.name
	}
	return c.condition.name + " (" + c.account + ")"
}

// boot starts the program. Its accounts have the timeout of its scrapes, or a short one
// if their credential source makes each scrape last as long.
func (c combination) boot(t *testing.T, source *source) *stand {
	t.Helper()
	s := &stand{acme: newInbox(t, 70), zenith: newInbox(t, 20)}
	config := strings.ReplaceAll(standYAML, "timeout: 1m", "timeout: "+c.fault.wait+"s")
	if source != nil {
		others, own, _ := strings.Cut(config, "{name: "+c.account)
		own = strings.Replace(own, `authorization: {credentials: "${TOKEN}"}`, source.options, 1)
		own = strings.Replace(own, "timeout: "+c.fault.wait+"s", "timeout: 2s", 1)
		config = others + "{name: " + c.account + own
	}
	if c.condition.unread > 0 { // an answer that does not fit into the buffers of a connection
		config = strings.Replace(config, "help: All contacts.", "help: "+strings.Repeat("All contacts. ", 400_000), 1)
	}
	env := programtest.Env{"ACME": s.acme.URL, "ZENITH": s.zenith.URL, "TOKEN": canary}
	args := []string{"--config.file=" + programtest.WriteFile(t, "combined.yml", config), "--log.level=debug", "--web.enable-pprof"}
	if c.condition.stalledLog {
		_, log := pipe(t)
		if _, err := log.Write(make([]byte, pipeSize)); err != nil {
			t.Fatal(err)
		}
		s.running = bootTo(t, programtest.Files{Stderr: log}, env, args...)
	} else {
		s.running = boot(t, env, args...)
	}
	return s
}

func (s *stand) figuresWhenHealthy(t *testing.T) figures {
	t.Helper()
	s.healthy(t)
	return s.figures(t)
}

// during scrapes until the numbers are right twice in a row, with a contact more the
// second time: a number that is old is wrong.
func (c combination) during(t *testing.T, s *stand, source *source) (o outcome) {
	t.Helper()
	alone := time.Duration(0) // how long a scrape takes
	for right := 0; right < 2 && !t.Failed(); {
		want := c.want(s, source)
		answers := c.scrape(t, s, alone, []float64{0.3, 0.9}[o.scrapes%2])
		o.scrapes++
		alone = answers[0].took
		for _, a := range answers {
			o.body, o.longest = a.body, max(o.longest, a.took)
			if got := gauges(t, a.body); o.scrapes < c.fault.within && !maps.Equal(got, want) {
				right = -1
			} else if !same(t, fmt.Sprintf("with the fault, scrape %d", o.scrapes), want, got) {
				t.Log(s.Output())
			}
		}
		right++
		s.acme.Inbox.Add(inboxtest.Contact{Status: inboxtest.StatusOpen, LastMessage: inboxtest.Message{By: inboxtest.ByAgent}})
	}
	return o
}

// scrape has scrapers scrape one after the other, each before the one before it has its
// answer: after a share of the time that a scrape takes alone.
func (c combination) scrape(t *testing.T, s *stand, alone time.Duration, share float64) []answer {
	t.Helper()
	var begun []<-chan answer
	for n := range max(c.condition.scrapers, 1) {
		if n > 0 {
			time.Sleep(time.Duration(share * float64(alone)))
		}
		begun = append(begun, s.begin(t, "/metrics", c.fault.wait))
	}
	var answers []answer
	for _, answered := range begun {
		a := <-answered
		if a.status != 200 {
			t.Fatalf("status %d:\n%s", a.status, a.body)
		}
		mute(t, "/metrics", a.body)
		answers = append(answers, a)
	}
	return answers
}

// numbers are the gauges of both accounts when all is well.
func (s *stand) numbers() map[string]float64 {
	all := numbers("acme", s.acme.Inbox)
	maps.Copy(all, numbers("zenith", s.zenith.Inbox))
	return all
}

// want are the gauges while both the fault and the condition last.
func (c combination) want(s *stand, source *source) map[string]float64 {
	want := c.fault.put(s.numbers())
	if c.fault.reason != "" {
		want = failed(want, "acme", "closed")
	}
	if source != nil {
		want = failed(want, c.account, "users", "online", "closed", "waiting")
	}
	return want
}

// reasons are those of the failures of each account; none: it has none. An account
// without credentials does not meet the fault.
func (c combination) reasons(source *source) map[string]string {
	reasons := map[string]string{"acme": c.fault.reason, "zenith": ""}
	if source != nil {
		reasons[c.account] = source.reason
	}
	return reasons
}
