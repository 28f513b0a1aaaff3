package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// clockInbox is an API whose number of contacts is the number of seconds since it
// began, so that the age of a count can be derived from it.
type clockInbox struct {
	began time.Time

	mu   sync.Mutex
	slow time.Duration // of each response to a query for status
	down bool          // requests hang
}

const clockPageSize = 50

// RoundTrip implements http.RoundTripper. Requests for online contacts hang.
func (c *clockInbox) RoundTrip(r *http.Request) (*http.Response, error) {
	var body struct {
		Page     int
		IsOnline bool
		Status   []string
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	c.mu.Lock()
	slow, down := c.slow, c.down
	c.mu.Unlock()
	if down || body.IsOnline {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if len(body.Status) == 0 {
		slow = 10 * time.Millisecond
	}
	select {
	case <-time.After(slow):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	contacts := int(time.Since(c.began) / time.Second)
	if len(body.Status) > 0 {
		contacts = 20 * clockPageSize // a walk of 20 pages
	}
	first := (body.Page - 1) * clockPageSize
	var records []string
	for i := first; i < min(contacts, first+clockPageSize); i++ {
		records = append(records, fmt.Sprintf(`{"_id":"%d"}`, i))
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{},
		Body: io.NopCloser(bytes.NewBufferString(`{"success":true,"data":[` + strings.Join(records, ",") + `]}`)),
	}, nil
}

func (c *clockInbox) set(change func(*clockInbox)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

const clockYAML = accountYAML + `
    timeout: 10s
queries:
  - {name: seconds, help: Seconds since the beginning.}
  - {name: hanging, help: Never answered., filter: {isOnline: true}}
`

// scraper is one Prometheus server.
type scraper struct {
	offset, interval, timeout time.Duration
}

// Any number of servers may scrape an account at any interval: no number is older than one
// timeout of the account when it is served, each failure is counted and logged, and the
// first run that begins after the API has recovered succeeds.
func TestNoServedNumberIsOlderThanATimeout(t *testing.T) {
	t.Parallel()
	const second = time.Second
	cases := map[string][]scraper{"one": {{0, 15 * second, 10 * second}}}
	for _, offset := range []float64{0, 1, 3, 5, 5.5, 7.5, 9.5, 12} {
		cases[fmt.Sprintf("two, %.1f s apart", offset)] = []scraper{
			{0, 15 * second, 10 * second}, {time.Duration(offset * float64(second)), 15 * second, 10 * second},
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 6 {
		var all []scraper
		for range 2 + n%3 {
			interval := time.Duration(2+random.IntN(30)) * second
			all = append(all, scraper{
				time.Duration(random.IntN(15_000)) * time.Millisecond, interval,
				min(interval, time.Duration(500+random.IntN(12_000))*time.Millisecond),
			})
		}
		cases[fmt.Sprintf("random %d: %v", n, all)] = all
	}
	for _, slow := range []bool{false, true} {
		for name, scrapers := range cases {
			if slow && strings.HasPrefix(name, "two") && !strings.Contains(name, ".5") {
				continue // its offset shows nothing more with a walk
			}
			t.Run(fmt.Sprintf("%s, slow walk %t", name, slow), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { testOverlap(t, scrapers, slow) })
			})
		}
	}
}

func testOverlap(t *testing.T, scrapers []scraper, slow bool) {
	api := &clockInbox{began: time.Now(), slow: 900 * time.Millisecond}
	yaml := clockYAML
	if slow {
		yaml += "  - {name: walked, help: Takes longer than a scrape., filter: {status: [OPEN]}, counting: walk}\n"
	}
	cfg, err := config.Parse("test.yml", []byte(yaml), ".", environment)
	if err != nil {
		t.Fatal(err)
	}
	process, lines := NewProcess(), &logs{}
	account := newAccount(cfg.Accounts[0], api, process, level.NewFilter(log.NewLogfmtLogger(lines), level.AllowInfo()))
	defer account.Close()

	const outage, recovery, end = 10 * time.Minute, 13*time.Minute + time.Second, 20 * time.Minute
	time.AfterFunc(outage, func() { api.set(func(c *clockInbox) { c.down = true }) })
	time.AfterFunc(recovery, func() { api.set(func(c *clockInbox) { c.down = false }) })
	recovered := api.began.Add(recovery)

	o := &overlap{t: t, api: api, runs: make(map[time.Time]bool)}
	var all sync.WaitGroup
	for _, s := range scrapers {
		all.Go(func() {
			time.Sleep(s.offset)
			for tick := time.NewTicker(s.interval); time.Since(api.began) < end; <-tick.C {
				deadline := time.Now().Add(min(s.timeout, account.Timeout()))
				snapshot := account.Scrape(context.Background(), deadline)
				o.check(snapshot, deadline, recovered)
			}
		})
	}
	all.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	t.Logf("oldest number served: %v, in %d scrapes", o.oldest, o.scrapes)
	if o.succeeded == 0 {
		t.Error("no scrape was served a number")
	}
	// The hanging query failed in every run, and during the outage all queries did.
	if failures := testutil.ToFloat64(account.metrics.errors.WithLabelValues("timeout")); failures < float64(len(o.runs)) {
		t.Errorf("%v failures counted in %d runs", failures, len(o.runs))
	}
	// The query fails in the outage. It may also fail in the first scrape, if that is
	// shorter than the time for which the first request of an account is made alone.
	log := lines.String()
	fails, recovers := strings.Count(log, `msg="query failed" query=seconds`), strings.Count(log, `msg="query recovered" query=seconds`)
	if fails < 1 || fails > 2 || recovers != fails || strings.Count(log, "query=hanging") != 1 {
		t.Errorf("log:\n%s", log)
	}
}

// overlap checks the scrapes of a test.
type overlap struct {
	t   *testing.T
	api *clockInbox

	mu                 sync.Mutex
	runs               map[time.Time]bool // keyed by their start
	oldest             time.Duration
	scrapes, succeeded int
}

func (o *overlap) check(s *Snapshot, deadline, recovered time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.scrapes++
	o.runs[s.Began] = true
	at := time.Now()
	if at.After(deadline.Add(cancelTimeout)) {
		o.t.Errorf("returned %v after the deadline", at.Sub(deadline))
	}
	if err := s.Results[1].Err(); err == nil {
		o.t.Error("the hanging query has a value")
	}
	seconds := &s.Results[0]
	if seconds.Err() != nil {
		// Half a second is enough for this query, if its run has begun in time.
		if began := s.Began; !began.Before(recovered) && deadline.Sub(began) > 500*time.Millisecond && at.Sub(began) > 500*time.Millisecond {
			o.t.Errorf("in the run that began %v after the recovery: %v", began.Sub(recovered), seconds.Err())
		}
		return
	}
	o.succeeded++
	age := at.Sub(o.api.began) - time.Duration(seconds.Parts[0].Series[0].Contacts)*time.Second
	if age > 11*time.Second { // numbers have a resolution of one second
		o.t.Errorf("%v: served a number that was %v old, fetched %v ago", at.Sub(o.api.began), age, at.Sub(s.Fetched))
	}
	if stamp := at.Sub(s.Fetched); stamp > 10*time.Second || stamp < age-2*time.Second {
		o.t.Errorf("results timestamp is %v ago, the number is %v old", stamp, age)
	}
	o.oldest = max(o.oldest, age)
}
